package workers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"dokaz/pipeline"
)

// ticket is a task as the queue carries it. Who can write to Redis can forge one; it then asks the catalog
// for a claim like any other and gets none.
type ticket struct {
	Step   pipeline.Step   `json:"step"`
	Item   pipeline.Digest `json:"item"`
	Wanted int64           `json:"wanted"`
	Fence  int64           `json:"fence"`
}

// maxTicket bounds what is read as a ticket, bytes.
const maxTicket = 1 << 10

// kindOfTask is the asynq type of all our tasks; the queue tells the step.
const kindOfTask = "dokaz"

func writeTicket(t pipeline.Task) ([]byte, error) {
	b, err := json.Marshal(ticket(t))
	if err != nil {
		return nil, fmt.Errorf("workers: task: %w", err)
	}
	return b, nil
}

// readTicket refuses what writeTicket would not have written.
func readTicket(b []byte) (pipeline.Task, error) {
	var t ticket
	if len(b) > maxTicket {
		return pipeline.Task{}, fmt.Errorf("workers: %w: a task of %d bytes", pipeline.ErrMalformed, len(b))
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&t); err != nil {
		return pipeline.Task{}, fmt.Errorf("workers: %w: task: %w", pipeline.ErrMalformed, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return pipeline.Task{}, fmt.Errorf("workers: %w: more than one task", pipeline.ErrMalformed)
	}
	return pipeline.Task(t), nil
}

// taskID is the task's name in its queue: equal for equal tasks, whoever sends them, so that sending twice
// is no harm. A later asking and a later claim have other names. again counts how often a twin had to be
// given up: one that asynq will never deliver still occupies its name.
func taskID(t pipeline.Task, again int) string {
	id := t.Item.Hex() + "." + strconv.FormatInt(t.Wanted, 10) + "." + strconv.FormatInt(t.Fence, 10)
	if again > 0 {
		id += "." + strconv.Itoa(again)
	}
	return id
}

// queueName is the queue of one step of one case.
func queueName(namespace string, s pipeline.Step) string { return namespace + "." + string(s) }

// againName is the queue of what was claimed in vain: it does not stand behind all that nobody began yet.
func againName(namespace string, s pipeline.Step) string { return queueName(namespace, s) + ".again" }

// queueOf is the queue that a task goes into. Every asking that was done took a claim at least, so that one with as many claims
// as askings was claimed in vain.
func queueOf(namespace string, t pipeline.Task) string {
	if t.Fence >= t.Wanted {
		return againName(namespace, t.Step)
	}
	return queueName(namespace, t.Step)
}
