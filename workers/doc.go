// Package workers carries items through the journey: it finds out what is due, sends it through the queue,
// and lets a station perform it under a lease.
//
//	catalog ──Due──► dispatcher ──Enqueue──► asynq ──► carry: Claim ► Perform ► (Release)
//	   ▲                                                  │ heartbeat: Extend
//	   └──────────── commit under the claim's fence ──────┘
//
// The catalog is the truth and the queue only a hint. asynq delivers at least once, loses acknowledgements,
// and forgets everything when its Redis is wiped; none of that changes what is done, since a delivery counts
// only if its task can be claimed, and a result only if its claim's fence still holds when it is committed.
// What the queue lost is due still and is sent again within seconds.
//
// asynq is the one code path. Without a Redis to connect to, an embedded one serves it inside the process:
// no port is opened and no socket, so nobody else can reach it.
//
// The package knows asynq, Redis, leases and time. It must not know what a station does, what an item is
// made of, or how the catalog keeps its rows.
package workers
