package world

// words are what a drone hears: everyday talk, those at the front of the list
// far more often than those at its end; and, where someone riots, as many of
// the cries.
func (w World) words(drone int, at int64, riot bool) []string {
	d := w.seed.about(ofWords).and(int64(drone)).and(at)
	heard := make([]string, d.and(-1).between(3, 6))
	for i := range heard {
		word := d.and(int64(i))
		if riot && word.and(0).chance(0.5) {
			heard[i] = cries[word.and(1).below(int64(len(cries)))]
			continue
		}
		// The square favours the front of the list.
		f := word.and(1).fraction()
		heard[i] = everyday[int(f*f*float64(len(everyday)))]
	}
	return heard
}

// cries are heard where someone riots. Three of them are rare elsewhere, the
// others are not heard at all.
var cries = [...]string{
	"freedom", "traitors", "bread", "resist", "fire", "riot", "tyrants", "barricade", "strike", "smash",
}

// everyday is what people talk about, the most frequent first.
var everyday = [...]string{
	"weather", "work", "dinner", "home", "today", "children", "tomorrow", "school", "coffee", "morning",
	"neighbour", "money", "family", "market", "rain", "football", "evening", "bus", "music", "friend",
	"holiday", "phone", "garden", "doctor", "birthday", "boat", "fish", "office", "kitchen", "weekend",
	"mother", "window", "bicycle", "river", "lunch", "train", "letter", "summer", "street", "tea",
	"apple", "sister", "concert", "harbour", "price", "shoes", "dog", "teacher", "newspaper", "wind",
	"wedding", "bridge", "radio", "homework", "queue", "bakery", "rent", "tram", "soup", "uncle",
	"painter", "library", "cinema", "lamp", "choir", "ferry", "chess", "mountain", "orchard", "lighthouse",
	"bread", "drone", "curfew", "fire", "police", "freedom",
}
