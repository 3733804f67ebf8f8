package question

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/peacestate/peacestate/schemas"
)

const (
	// minSupport is in how many reports with a riot a word must be heard
	// before its lift is more than chance.
	minSupport = 5
	maxWords   = 20 // in the answer
	maxNamed   = 3  // in the sentence
)

// The columns of words.
const (
	wordsWord = iota
	wordsWith
	wordsWithout
	wordsLift
)

// words finds the words that go with riots. Lift is the share of the reports
// with a riot in which a word was heard, over its share of the other reports.
// One is added to each of the four counts, so that a word heard only with
// riots has a finite lift, and a rare one a modest lift.
func words() Question {
	return Question{
		Name:   "words",
		Asks:   "Which words are heard with riots far more often than without?",
		Tables: []string{schemas.Reports().Topic},
		sql: func(s Scope) string {
			return fmt.Sprintf(`WITH %s, heard AS (
  -- A word counts once per report, where it is heard first; a report's first row stands for the report itself.
  SELECT riot, weight, word, coalesce(place, 0) = 0 AS first
  FROM report LATERAL VIEW OUTER posexplode(words) AS place, word
  WHERE place IS NULL OR array_position(words, word) = place + 1
), counted AS (
  SELECT word, CAST(round(sum(if(riot, weight, 0))) AS BIGINT) AS with_riot,
    CAST(round(sum(if(riot, 0, weight))) AS BIGINT) AS without_riot,
    sum(if(riot AND first, weight, 0)) AS riot_firsts, sum(if(NOT riot AND first, weight, 0)) AS other_firsts
  FROM heard GROUP BY word
), related AS (
  SELECT *, round(sum(riot_firsts) OVER ()) AS riot_reports, round(sum(other_firsts) OVER ()) AS other_reports
  FROM counted
), compared AS (
  SELECT word, with_riot, without_riot,
    (CAST(with_riot + 1 AS DOUBLE) / (riot_reports + 1))
      / (CAST(without_riot + 1 AS DOUBLE) / (other_reports + 1)) AS lift
  FROM related WHERE word IS NOT NULL
)
SELECT * FROM compared WHERE with_riot >= %d AND lift > 1 ORDER BY lift DESC, word LIMIT %d`,
				s.weighReports("words", fmt.Sprintf("coalesce(array_min(citizens.peacescore) < %s, FALSE) AS riot",
					literal(schemas.RiotThreshold))),
				minSupport, maxWords)
		},
		Columns: []Column{
			{"word", fmt.Sprintf("heard in at least %d reports with a riot; the %d of highest lift", minSupport, maxWords), Text},
			{"with_riot", "reports with a riot in which it was heard", Count},
			{"without_riot", "reports without a riot in which it was heard", Count},
			{"lift", "share of reports with a riot over share of the others, one added to each count; above 1", Number},
		},
		Chart:    Chart{Kind: Bars, X: "word", Y: "lift"},
		sentence: sayWords,
	}
}

func sayWords(rows []row) string {
	if len(rows) == 0 {
		return fmt.Sprintf(notEnough+"no word was heard in %d reports with a riot, and more often than without.", minSupport)
	}
	var named []string
	for _, r := range rows[:min(maxNamed, len(rows))] {
		often := fmt.Sprintf("%.1f times as often", r.number(wordsLift))
		if r.count(wordsWithout) == 0 {
			often = "never without"
		}
		named = append(named, fmt.Sprintf("%q (%s, in %s reports)", r.text(wordsWord), often, humanize.Comma(r.count(wordsWith))))
	}
	return "Heard with riots rather than without: " + strings.Join(named, ", ") + "."
}
