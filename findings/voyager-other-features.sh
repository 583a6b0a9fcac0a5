#!/usr/bin/env bash
# voyager, faiss, usearch: an index of the first numbers of each feature holds other features.
#
# One would guess: `index.add_items(features[:, :256])` stores what the NumPy array shows, as faiss does, or refuses it
# with the advice to copy it first, as usearch does.
# What happens: voyager takes the place of the first number and reads on from there, whatever the strides. Of half the
# columns the second feature is the second half of the first one, the third is the second, and so on; of features that
# lie column by column (a transposed matrix, or Fortran's order) each is a mix of many. So it does with a query of
# several rows, with a single vector (`features[0, ::2]`), with add_item, and with the vectors of get_distance. float64
# is converted, which copies, and is right.
# Why it matters: CLIP's newer models are made to have their features cut (Matryoshka), and a slice is how one cuts.
# Nothing is raised, the number of items is right, and if the same slice is asked for again all of it is found, each at
# a distance of 0, since both are read wrongly. A query that comes alone, or from elsewhere, gets other pictures.
#
# voyager 2.2.3, faiss-cpu 1.15.1, usearch 2.26.6, NumPy 2.4.6; 100 features of 16 numbers, of which the first 8 count.
# Seen, what is found for features 0 to 4:
#   voyager, slice; asked for in a slice         0 1 2 3 4
#   voyager, slice; asked for one by one         0 2 4 6 8
#   voyager, copied slice; asked for in a slice  0 92 1 92 2
#   voyager, copied slice; asked one by one; faiss, all ways   0 1 2 3 4
#   usearch, slice                               0 1 2 3 4; columns that do not lie together: ValueError
. "$(dirname "$0")/lib/finding.sh"
python_packages numpy==2.4.6 voyager==2.2.3 faiss-cpu==1.15.1 usearch==2.26.6 numkong==7.8.6 packaging==26.4 \
  tqdm==4.70.1

cat > cut.py <<'END'
import faiss, numpy, usearch.index, voyager
from finding import expect, holds

features = numpy.random.default_rng(0).standard_normal((100, 16)).astype(numpy.float32)
cut = features[:, :8]
copied = numpy.ascontiguousarray(cut)

def by_voyager(stored, batch):
    """What is found for five features that are asked for together, and for the same one by one."""
    index = voyager.Index(voyager.Space.Euclidean, num_dimensions=8)
    index.add_items(stored)
    together = index.query(batch, k=1)[0].ravel().tolist()
    return together, [int(index.query(row, k=1)[0][0]) for row in batch]

def by_faiss(stored, batch):
    index = faiss.IndexFlatL2(8)
    index.add(stored)
    return index.search(batch, 1)[1].ravel().tolist(), [int(index.search(row[None], 1)[1][0, 0]) for row in batch]

def by_usearch(stored, batch):
    index = usearch.index.Index(ndim=8, metric="l2sq", dtype="f32")
    index.add(numpy.arange(100), stored)
    return index.search(batch, 1).keys.ravel().tolist(), [int(index.search(row, 1).keys[0]) for row in batch]

RIGHT = [0, 1, 2, 3, 4]
expect("voyager, slice", by_voyager(cut, cut[:5]), (RIGHT, [0, 2, 4, 6, 8]))
found = by_voyager(copied, cut[:5])
holds("voyager, copied slice, asked for in a slice", found, found[0] != RIGHT and found[0][::2] == [0, 1, 2])
expect("voyager, copied slice", by_voyager(copied, copied[:5]), (RIGHT, RIGHT))
expect("voyager, slice of doubles", by_voyager(features.astype(float)[:, :8], copied[:5]), (RIGHT, RIGHT))
found = by_voyager(numpy.asfortranarray(copied), copied[:5])
holds("voyager, column by column", found, found[0] != RIGHT)

index = voyager.Index(voyager.Space.Euclidean, num_dimensions=8)
index.add_items(cut)
expect("voyager, second feature is the rest of the first",
       bool(numpy.allclose(index.get_vector(1), features[0, 8:])), True)
expect("voyager, distance of two unlike vectors", index.get_distance(features[0, :8], features[0, ::2]), 0.0)

expect("faiss, slice", by_faiss(cut, cut[:5]), (RIGHT, RIGHT))
expect("faiss, column by column", by_faiss(numpy.asfortranarray(copied), copied[:5]), (RIGHT, RIGHT))
expect("usearch, slice", by_usearch(cut, cut[:5]), (RIGHT, RIGHT))
try:
    by_usearch(numpy.asfortranarray(copied), copied[:5])
    said = "nothing"
except ValueError as error:
    said = "contiguous" if "contiguous" in str(error) else str(error)
expect("usearch, column by column, refuses since not", said, "contiguous")
END
python cut.py
