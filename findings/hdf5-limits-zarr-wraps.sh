#!/usr/bin/env bash
# h5py, zarr, tensorstore: a pixel of 256 that is stored in 8 bits is white in one container and black in another.
#
# One would guess: `dataset[:] = pixels` converts as NumPy does, since both are made for NumPy's arrays, or as
# `pixels.astype` would; or it is refused, as floats do not fit in 8 bits.
# What happens: HDF5 converts by itself, and limits to what the type holds: 256 and 300 become 255, -1 becomes 0, also
# when a dataset is read as another type (`dataset.astype("uint8")[:]`). zarr has NumPy convert, whose result is for the
# processor to decide; on x86-64 it is modulo 256, so that 256 becomes 0, 300 becomes 44, and -1 becomes 255.
# tensorstore refuses. So it is with 2^40 in an int32: 2^31 - 1 in HDF5 and 0 in zarr. None of them rounds: 254.9 is
# 254.
# Why it matters: pictures are computed as floats and overshoot a little, by a sharp filter for instance. Moving the
# store from HDF5 to zarr turns the brightest pixels black and the darkest white, as specks that no average shows. And
# code that was written for h5py relies on limits that it never asked for. Round and clip before storing.
#
# h5py 3.16.0 (HDF5 2.0.0), zarr 3.1.6, tensorstore 0.1.86, NumPy 2.4.6; 254.9, 256, 300 and -1 stored as uint8. Seen:
#   h5py, written or read so   254 255 255 0
#   zarr, NumPy                254 0 44 255
#   tensorstore                TypeError
. "$(dirname "$0")/lib/finding.sh"
python_packages numpy==2.4.6 zarr==3.1.6 numcodecs==0.16.6 donfig==0.8.1.post1 google-crc32c==1.9.0 packaging==26.4 \
  pyyaml==6.0.4 typing_extensions==4.16.0 tensorstore==0.1.86 ml_dtypes==0.6.0 h5py==3.16.0

cat > limits.py <<'END'
import warnings
import h5py, numpy, tensorstore, zarr
from finding import expect

warnings.simplefilter("ignore")
PIXELS = numpy.array([254.9, 256, 300, -1], numpy.float32)
WHOLE = numpy.array([2**40, 5], numpy.int64)
file = h5py.File("store.h5", "w")

def by_h5py(numbers, dtype):
    dataset = file.create_dataset(f"{dtype} of {numbers.dtype}", numbers.shape, dtype)
    dataset[:] = numbers
    return dataset[:].tolist()

def read_by_h5py(numbers, dtype):
    return file.create_dataset(f"{numbers.dtype} read as {dtype}", data=numbers).astype(dtype)[:].tolist()

def by_zarr(numbers, dtype):
    array = zarr.create_array(f"{dtype} of {numbers.dtype}", shape=numbers.shape, dtype=dtype)
    array[:] = numbers
    return array[:].tolist()

def by_numpy(numbers, dtype):
    array = numpy.zeros(numbers.shape, dtype)
    array[:] = numbers
    return array.tolist()

expect("h5py", by_h5py(PIXELS, "uint8"), [254, 255, 255, 0])
expect("h5py, read as uint8", read_by_h5py(PIXELS, "uint8"), [254, 255, 255, 0])
expect("zarr", by_zarr(PIXELS, "uint8"), [254, 0, 44, 255])
expect("NumPy", by_numpy(PIXELS, "uint8"), [254, 0, 44, 255])
expect("h5py, 2^40", by_h5py(WHOLE, "int32"), [2**31 - 1, 5])
expect("zarr, 2^40", by_zarr(WHOLE, "int32"), [0, 5])
memory = {"driver": "zarr3", "kvstore": "memory://"}
store = tensorstore.open(memory, create=True, dtype=tensorstore.uint8, shape=[4]).result()
try:
    store[:] = PIXELS
    said = "nothing"
except TypeError:
    said = "TypeError"
expect("tensorstore", said, "TypeError")
END
python limits.py
