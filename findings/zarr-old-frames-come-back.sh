#!/usr/bin/env bash
# zarr, tensorstore: an array that is made shorter and then longer again shows some of its old frames.
#
# One would guess: what was cut off is gone. New places hold the fill value, 0, as they do in HDF5 and in NumPy, and as
# they do in a fresh array.
# What happens: resize() removes the chunks that are wholly outside the new shape and leaves the others as they are. The
# frames in the last chunk are hidden, not gone. When the array grows they are there again, up to where the chunk ends,
# and zeros behind it. With shards, which hold many chunks in one file, it is up to where the shard ends: all eight
# frames of a film that was cut to two. tensorstore does so in all its formats (zarr 2 and 3, n5). append() writes over
# what it brings, and is safe.
# Why it matters: a run that goes on from an earlier epoch cuts its film or its features to there, grows the array to
# the length to come, and writes as it goes. A reader takes zero for "not yet there", and gets frames of the old run
# instead, which look right. How many depends on the chunks. Write the fill value before making it shorter.
#
# zarr 3.1.6 (the newest for Python 3.11), tensorstore 0.1.86, h5py 3.16.0, NumPy 2.4.6; eight frames of 7, chunks of 3,
# resized to 2 and back to 8. Seen:
#   zarr, zarr 2 format, tensorstore 7 7 7 0 0 0 0 0; zarr, chunks of 2 in a shard of 8: 7 7 7 7 7 7 7 7
#   h5py, numpy.resize               7 7 0 0 0 0 0 0
. "$(dirname "$0")/lib/finding.sh"
python_packages numpy==2.4.6 zarr==3.1.6 numcodecs==0.16.6 donfig==0.8.1.post1 google-crc32c==1.9.0 packaging==26.4 \
  pyyaml==6.0.4 typing_extensions==4.16.0 tensorstore==0.1.86 ml_dtypes==0.6.0 h5py==3.16.0

cat > frames.py <<'END'
import h5py, numpy, tensorstore, zarr
from finding import expect

FRAMES = numpy.full(8, 7, numpy.uint8)
KEPT = [7, 7, 0, 0, 0, 0, 0, 0]

def by_zarr(name, **layout):
    film = zarr.create_array(name, shape=(8,), dtype="uint8", **layout)
    film[:] = FRAMES
    film.resize((2,))
    assert film[:].tolist() == [7, 7]
    film.resize((8,))
    return film[:].tolist()

def by_tensorstore(driver):
    spec = {"driver": driver, "kvstore": {"driver": "file", "path": f"tensorstore-{driver}"}}
    chunks = tensorstore.ChunkLayout(chunk_shape=[3])
    film = tensorstore.open(spec, create=True, dtype=tensorstore.uint8, shape=[8], chunk_layout=chunks).result()
    film[:] = FRAMES
    film = film.resize(exclusive_max=[2]).result()
    assert film.read().result().tolist() == [7, 7]
    return film.resize(exclusive_max=[8]).result().read().result().tolist()

def by_h5py():
    film = h5py.File("film.h5", "w").create_dataset("film", data=FRAMES, maxshape=(None,), chunks=(3,))
    film.resize((2,))
    film.resize((8,))
    return film[:].tolist()

def by_numpy():
    film = FRAMES.copy()
    film.resize((2,))
    film.resize((8,))
    return film.tolist()

expect("zarr", by_zarr("three", chunks=(3,)), [7, 7, 7, 0, 0, 0, 0, 0])
expect("zarr, format 2", by_zarr("two", chunks=(3,), zarr_format=2), [7, 7, 7, 0, 0, 0, 0, 0])
expect("zarr, chunks of 2 in a shard of 8", by_zarr("shards", chunks=(2,), shards=(8,)), [7] * 8)
for driver in "zarr", "zarr3", "n5":
    expect(f"tensorstore, {driver}", by_tensorstore(driver), [7, 7, 7, 0, 0, 0, 0, 0])
expect("h5py", by_h5py(), KEPT)
expect("NumPy", by_numpy(), KEPT)
END
python frames.py
