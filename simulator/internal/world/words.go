package world

// words are what a drone hears: everyday talk, the words at the front of the
// list far more often than those at its end; cries where someone riots; and
// omens where unrest is to come. A few of both are heard anywhere.
func (w *World) words(drone int, at int64, s sight) []string {
	d := w.seed.about(ofWords).and(int64(drone)).and(at)
	heard := make([]string, d.and(-1).between(int64(w.p.WordsMin), int64(w.p.WordsMax)))
	for i := range heard {
		word := d.and(int64(i))
		f, which := word.fraction(), word.and(0)
		switch {
		case s.riot && f < w.p.CryShare:
			heard[i] = cries[which.below(int64(len(cries)))]
		case !s.riot && s.omen && f < w.p.OmenShare:
			heard[i] = omens[which.below(int64(len(omens)))]
		case 1-f <= w.p.StrayShare:
			stray := which.below(int64(len(cries) + len(omens)))
			if stray < int64(len(cries)) {
				heard[i] = cries[stray]
			} else {
				heard[i] = omens[stray-int64(len(cries))]
			}
		default:
			// The square favours the front of the list.
			f := which.fraction()
			heard[i] = everyday[int(float64(f*f)*float64(len(everyday)))]
		}
	}
	return heard
}

// cries are heard where someone riots.
var cries = [...]string{
	"freedom", "traitors", "bread", "resist", "fire", "riot", "tyrants", "barricade", "strike", "smash",
}

// omens are heard in a district before unrest begins in it.
var omens = [...]string{"tonight", "banner", "assembly", "enough", "march", "leaflet"}

// everyday is what people talk about, the most frequent first.
var everyday = [...]string{
	"weather", "work", "dinner", "home", "today", "children", "tomorrow", "school", "coffee", "morning",
	"neighbour", "money", "family", "market", "rain", "football", "evening", "bus", "music", "friend",
	"holiday", "phone", "garden", "doctor", "birthday", "boat", "fish", "office", "kitchen", "weekend",
	"mother", "window", "bicycle", "river", "lunch", "train", "letter", "summer", "street", "tea",
	"apple", "sister", "concert", "harbour", "price", "shoes", "dog", "teacher", "newspaper", "wind",
	"wedding", "bridge", "radio", "homework", "queue", "bakery", "rent", "tram", "soup", "uncle",
	"painter", "library", "cinema", "lamp", "choir", "ferry", "chess", "mountain", "orchard", "lighthouse",
	"drone", "curfew", "police", "council", "passport", "ration",
}
