package wire

import (
	"time"

	"dokaz/pipeline"
	"dokaz/workers"
)

// journey is the order of the steps; which step follows which stands in the catalog's commits.
func (h *House) journey() []workers.Leg {
	return []workers.Leg{
		{Step: pipeline.StepExamine, Station: examining{h}, Timeout: 4 * h.Config.Child.Wall, Weight: 6, Exhausted: examining{h}.giveUp},
		{Step: pipeline.StepReport, Station: reporting{h}, Timeout: 5 * time.Minute, Weight: 3, Exhausted: reporting{h}.giveUp},
		{Step: pipeline.StepPublish, Station: publishing{h}, Timeout: 5 * time.Minute, Weight: 2, Exhausted: publishing{h}.giveUp},
	}
}
