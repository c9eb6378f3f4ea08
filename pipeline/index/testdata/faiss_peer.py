"""Times FAISS's exact binary index on hashes that a benchmark wrote, on one thread.

    faiss_peer.py DIR times|recall

DIR holds hashes and queries, 32 bytes each. "times" prints one JSON object of CPU seconds, medians of RUNS: a batch of
BATCH queries against all hashes and one query against the first MILLION, within RADIUS bits (range) and for the one nearest (nearest).
"recall" prints, for each query, the numbers of those of the first MILLION hashes that lie within RADIUS bits, a line each.
"""

import json
import statistics
import sys
import time

import faiss
import numpy

RADIUS, BATCH, MILLION, RUNS = 31, 8, 1 << 20, 7


def read(name):
    return numpy.fromfile(f"{sys.argv[1]}/{name}", dtype=numpy.uint8).reshape(-1, 32)


def index(hashes):
    x = faiss.IndexBinaryFlat(256)
    x.add(hashes)
    return x


def median(run):
    times = []
    for i in range(RUNS):
        before = time.process_time()
        run(i)
        times.append(time.process_time() - before)
    return statistics.median(times)


def main():
    faiss.omp_set_num_threads(1)
    hashes, queries = read("hashes"), read("queries")
    small = index(hashes[:MILLION])
    within = RADIUS + 1  # FAISS gives distances below
    if sys.argv[2] == "recall":
        for i in range(0, len(queries), 100):
            ends, _, found = small.range_search(queries[i : i + 100], within)
            for a, b in zip(ends, ends[1:]):
                print(*sorted(int(n) for n in found[a:b]))
        return
    times = {
        "million_one_range": median(lambda i: small.range_search(queries[i : i + 1], within)),
        "million_one_nearest": median(lambda i: small.search(queries[i : i + 1], 1)),
    }
    large = index(hashes)
    times["all_batch_range"] = median(lambda i: large.range_search(queries[i * BATCH : (i + 1) * BATCH], within))
    times["all_batch_nearest"] = median(lambda i: large.search(queries[i * BATCH : (i + 1) * BATCH], 1))
    times["all_one_range"] = median(lambda i: large.range_search(queries[i : i + 1], within))
    times["version"] = faiss.__version__
    print(json.dumps(times))


main()
