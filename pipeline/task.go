package pipeline

import "time"

// Step is a stage of the journey that the queue carries.
type Step string

// The steps.
const (
	StepExamine Step = "examine" // examine and compare, in one task
	StepReport  Step = "report"
	StepPublish Step = "publish" // write the latest revision where people look for it
)

// Task asks for one step on one item. The queue carries nothing else: the catalog is the truth, the queue only a hint.
type Task struct {
	Step   Step
	Item   Digest
	Wanted int64 // how many times the step was asked for; a later asking makes another task
	Fence  int64 // how many claims there were when it was sent
}

// Claim is the right to do a task until Until, proven at the commit by Fence.
type Claim struct {
	Task
	Attempts int // claims of this asking, this one included
	Failed   int // those of them that were given back with a cause; the others ended with their process
	Until    time.Time
}
