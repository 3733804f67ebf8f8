package world

// The names of the citizens: any of the one with any of the other.

var firstNames = [...]string{
	"Aldis", "Alma", "Anneke", "Arvid", "Asta", "Beata", "Bram", "Brenna", "Caspar", "Clio",
	"Corin", "Dagny", "Dario", "Delia", "Edda", "Eino", "Elias", "Elva", "Emeric", "Enya",
	"Fenna", "Finn", "Frida", "Gaspar", "Greta", "Halvar", "Hedda", "Henrik", "Ida", "Ilse",
	"Ines", "Ivo", "Jana", "Jarl", "Joana", "Jonas", "Kaisa", "Katja", "Lars", "Lena",
	"Liv", "Lorenz", "Magnus", "Maira", "Malin", "Marek", "Mira", "Nadia", "Nils", "Noor",
	"Odile", "Olav", "Otto", "Petra", "Piet", "Rasmus", "Renata", "Rosa", "Runa", "Sander",
	"Signe", "Sofia", "Stellan", "Sunna", "Tamar", "Teodor", "Thea", "Tilda", "Tomas", "Tove",
	"Ulla", "Vera", "Vidar", "Wanda", "Willem", "Xenia", "Yara", "Yorick", "Zelda", "Zoran",
}

var lastNames = [...]string{
	"Aalborn", "Abelin", "Ankerby", "Arendal", "Askeland", "Bakkevik", "Barreto", "Bellamar", "Bergholt", "Birkmoor",
	"Blomgard", "Brandvik", "Calderon", "Carrow", "Castelbranc", "Corvello", "Dahlgren", "Dravik", "Duarte", "Ekholm",
	"Elvestad", "Engelund", "Falkner", "Farrow", "Ferreira", "Fjordahl", "Fontaine", "Galvao", "Gardenier", "Grimsby",
	"Gulbrand", "Hadley", "Halloran", "Haugen", "Helmond", "Hollander", "Ibsgaard", "Ingleby", "Isager", "Jaegermoen",
	"Janssens", "Kallas", "Karelin", "Kestrel", "Kirkwall", "Kvalheim", "Lacerda", "Langfeld", "Lindqvist", "Lockhart",
	"Lundemo", "Macedo", "Marwick", "Meerdink", "Mendonca", "Midthun", "Moravec", "Nansen", "Nevermore", "Nordahl",
	"Novais", "Nyhavn", "Oakhurst", "Oldenburg", "Ostrava", "Overgaard", "Pacheco", "Palmgren", "Pellerin", "Quintal",
	"Raskolny", "Ravndal", "Rebelo", "Reinholt", "Rosengard", "Ruysdael", "Salgado", "Sandvik", "Seabrook", "Silveira",
	"Skarsgard", "Solheim", "Sorensby", "Stenmark", "Tavares", "Tharaldsen", "Thornquist", "Toivonen", "Trovik", "Ulfsen",
	"Vaernes", "Valdemar", "Vasconcel", "Verhoeven", "Vinterberg", "Waldstein", "Westergard", "Whitlock", "Ydrefors", "Zandvoort",
}
