package rules

import "dokaz/pipeline"

// incomplete tells what could not be looked at, so that silence is not read as absence. What was skipped as
// not applying stands in the table of outcomes.
func incomplete(d pipeline.Dossier) []pipeline.Finding {
	var out []pipeline.Finding
	for _, o := range d.Examination.Outcomes {
		weight := pipeline.Questions
		switch o.Status {
		case pipeline.Partial:
			weight = pipeline.Note
		case pipeline.Failed, pipeline.Refused:
		case pipeline.Done, pipeline.Skipped:
			continue
		}
		reason := quote(o.Reason)
		if reason == "" {
			reason = "—"
		}
		out = append(out, pipeline.Finding{
			Code: "analysis.incomplete", Weight: weight,
			Values: map[string]string{"analyzer": o.By.Analyzer, "status": string(o.Status), "reason": reason},
			Cites:  []pipeline.Cite{{Analyzer: o.By.Analyzer, What: "outcome", Value: string(o.Status) + ": " + reason}},
		})
	}
	return out
}
