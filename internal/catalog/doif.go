package catalog

// blockEnd are the words that end a list of statements.
var blockEnd = wordSet(`end exception else elsif elseif`)

// either reads IF … THEN … [ELSIF …] [ELSE …] END IF whose condition says
// nothing here: whichever way it goes, only what is harmless may stand in it.
func (p *doParser) either() bool {
	harmlessOnly := &guard{catalog: "any"}
	for {
		start := p.at
		for p.at < len(p.tokens) && p.text(p.at) != "then" {
			if w := p.text(p.at); w == "case" || w == ";" {
				p.why = "a condition in it is not understood"
				return false
			}
			p.at++
		}
		if p.at > start && p.at < len(p.tokens) {
			p.b.callsIn(p.body[p.tokens[start].Start:p.tokens[p.at].Start])
		}
		if !p.word("then") || !p.block(harmlessOnly) {
			return false
		}
		if p.word("elsif") || p.word("elseif") {
			continue
		}
		if p.word("else") && !p.block(harmlessOnly) {
			return false
		}
		return p.words("end", "if", ";")
	}
}
