#!/usr/bin/env bash
# hnswlib, faiss, usearch: a search among features no longer finds most pictures once many equal ones are stored.
#
# One would guess: an index for nearest neighbours is approximate, so it misses a few; equal vectors cost memory and
# nothing else. A stored vector that is asked for itself, at distance 0, is found, or is found with a larger `ef`.
# What happens: HNSW connects each vector with its nearest ones. For equal vectors these are the equal ones: a clump
# of distance 0, in which every connection is used up, so that those to the outside are cut off. What is reached only
# through the clump is lost. A larger ef gives back little, since the search walks through the clump first, and faiss
# stops there for good: with some sets of 3,000 vectors, 2,000 of them equal, it finds a third or none of the others.
# Why it matters: black previews, blank prompts and failed renders have one feature, and a farm makes thousands of
# them. The search for similar pictures then misses the good ones, at random and for ever; a test for recall, with
# random vectors, says 100 %. Most vector databases have this index inside. Store each feature once.
#
# hnswlib 0.8.0, faiss-cpu 1.15.1 (HNSW32), usearch 2.26.6, NumPy 2.4.6; 1,000 vectors of 64 numbers, each asked for
# itself, four sets, ef 1000 (usearch: as it comes). Seen, the share that is found, in the four sets and on average:
#   alone: 1.00 in all; with 2,000 equal vectors among them: hnswlib 0.85 to 0.95, 0.91; faiss 0.34 to 1.00, 0.66;
#   usearch 0.62 to 0.93, 0.82
. "$(dirname "$0")/lib/finding.sh"
python_packages numpy==2.4.6 hnswlib==0.8.0 faiss-cpu==1.15.1 usearch==2.26.6 numkong==7.8.6 packaging==26.4 tqdm==4.70.1

cat > found.py <<'END'
import faiss, hnswlib, numpy
from usearch.index import Index
from finding import holds

CHANNELS, PICTURES, EF = 64, 1000, 1000
faiss.omp_set_num_threads(1)

def unit(vectors):
    return (vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True)).astype(numpy.float32)

def by_hnswlib(stored, asked):
    index = hnswlib.Index("l2", CHANNELS)
    index.init_index(len(stored), random_seed=1)
    index.add_items(stored, num_threads=1)
    index.set_ef(EF)
    return index.knn_query(stored[asked], k=1, num_threads=1)[0][:, 0]

def by_faiss(stored, asked):
    index = faiss.IndexHNSWFlat(CHANNELS, 32)
    index.add(stored)
    index.hnsw.efSearch = EF
    return index.search(stored[asked], 1)[1][:, 0]

def by_usearch(stored, asked):
    index = Index(ndim=CHANNELS, metric="l2sq", dtype="f32")
    index.add(numpy.arange(len(stored)), stored, threads=1)
    return index.search(stored[asked], 1, threads=1).keys.reshape(-1)

def shares(find, equal):
    """The share of the other vectors that are found, in four sets with so many equal ones."""
    found = []
    for seed in range(4):
        random = numpy.random.default_rng(seed)
        others = unit(random.standard_normal((PICTURES, CHANNELS)) + 1)
        clump = numpy.repeat(unit(random.standard_normal((1, CHANNELS)) + 1), equal, axis=0)
        order = random.permutation(PICTURES + equal)
        asked = numpy.flatnonzero(order >= equal)
        found.append(round(float((find(numpy.vstack([clump, others])[order], asked) == asked).mean()), 2))
    return found

for name, find, most in ("hnswlib", by_hnswlib, 0.96), ("faiss", by_faiss, 0.9), ("usearch", by_usearch, 0.95):
    alone, among = shares(find, 0), shares(find, 2000)
    holds(f"{name}, found without equal vectors", alone, min(alone) >= 0.99)
    holds(f"{name}, found with 2,000 equal vectors", among, sum(among) / 4 < most)
END
python found.py
