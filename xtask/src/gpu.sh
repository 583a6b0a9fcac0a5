#!/bin/sh
# Tries clipig out on a machine with an NVIDIA GPU, in less than six minutes. `cargo xtask gpu --pack` has put this script here,
# with the programs that it starts. It needs no compiler and no network, only libtorch 2.11.0 with its part for CUDA: the one
# that LIBTORCH names, or that of the PyTorch of python3.
#
#   ./run [DEVICE]      cuda (the default), cuda:1, …, or cpu, to try the script out
set -u
here=$(cd "$(dirname "$0")" && pwd)
device=${1:-cuda}
libtorch=${LIBTORCH:-$(python3 -c 'import os, torch; print(os.path.dirname(torch.__file__))')} || exit 1
export LD_LIBRARY_PATH="$libtorch/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export CLIPIG_TEST_DEVICE="$device" CLIPIG_ORACLE="${CLIPIG_ORACLE:-$here/oracle}"
failed=

# step SECONDS NAME PROGRAM ARGUMENT…: runs a program, if it is here, for so long at most.
step() {
    limit=$1 name=$2 program=$here/$3
    shift 3
    [ -x "$program" ] || { echo "── $name: left out, there is no $program"; return; }
    echo "── $name"
    begun=$(date +%s)
    timeout "$limit" "$program" "$@" || failed="$failed; $name (exit code $?)"
    echo "   $(($(date +%s) - begun)) s"
}

# Do windows have the bits of the CPU's? Is each shard read in one go?
step 45 "windows and shards against the CPU" clipig_engine on_device
step 20 "how often a shard waits" clipig_engine gradient_tests
# Does CLIP, do transforms, constraints and whole runs give what CLIPig gave?
step 45 "the oracle: transforms and constraints" clipig_engine oracle
step 20 "the oracle: CLIP" oracle_clip
step 20 "the oracle: whole runs" oracle_training
# What a sample costs: draw and start operations, until windows are there, until the gradient is.
step 30 "rendering on the device" own_work on-device "$device"
# 2 models, 2 types of numbers, 3 canvases, 5 seconds each, and what loading and warming up take.
if [ "$device" = cpu ]; then
    step 60 "shards" device --device cpu --models thin --sides 448 --seconds 1 --shard 4
else
    step 130 "shards" device --device "$device"
    step 30 "shards in large batches" device --device "$device" --models ViT-B/16 --sides 448 --precision bfloat16 --shard 256
fi
[ -z "$failed" ] || { echo "failed: ${failed#; }"; exit 1; }
