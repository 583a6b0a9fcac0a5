#!/usr/bin/env bash
# ONNX Runtime: the less likely of two texts gets the larger probability, and from -18 on all get zero.
#
# One would guess: a sigmoid in float32 has a relative error of about 1e-7 and never turns around: a smaller logit has
# a smaller probability.
# What happens: on the CPU the error of the sigmoid is about 6e-8 whatever the size of the result, as of a number near
# 0.5. Below -15 that is as much as the result itself: -17 gets 8.9e-8 and -16 gets 6.0e-8, where
# 4.1e-8 and 1.1e-7 are right. From -18 on everything is exactly 0. Softmax and Exp are fine; doubles err
# by 1e-16, and float16 on the CPU goes the same way as float32.
# Why it matters: SigLIP and its successors rate a picture and a text by a sigmoid whose bias starts at -10 and is
# trained from there, so that pictures and texts that have nothing to do with each other lie just there. Sorting by
# probability, its logarithm, or a threshold of 1e-7 gives another order than with torch. Sorting by logits is safe.
#
# onnxruntime 1.31.1, onnx 1.23.2, numpy 2.4.6 on x86-64 with AVX2. Seen, found and true:
#   -16 6.0e-8 and 1.1e-7; -17 8.9e-8 and 4.1e-8; -18 0 and 1.5e-8; -40 0 and 4.2e-18
#   of 120 logits in steps of 1/4 below 0: three times the smaller logit has the larger probability
. "$(dirname "$0")/lib/finding.sh"
python_packages onnxruntime==1.31.1 onnx==1.23.2 numpy==2.4.6 ml_dtypes==0.6.0 protobuf==7.36.2 flatbuffers==25.12.19 \
  typing_extensions==4.16.0 packaging==26.4

cat > rate.py <<'END'
import numpy, onnxruntime
from onnx import TensorProto, helper
from finding import expect, holds

def computed(operator, values, kind=TensorProto.FLOAT, **attributes):
    ends = [helper.make_tensor_value_info(name, kind, [None]) for name in "xy"]
    graph = helper.make_graph([helper.make_node(operator, ["x"], ["y"], **attributes)], "one", ends[:1], ends[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": values})[0]

def true(values):
    return 1 / (1 + numpy.exp(-values.astype(numpy.float64)))

logits = numpy.arange(-30, 0, 0.25, dtype=numpy.float32)
found, wanted = computed("Sigmoid", logits), true(logits)
for logit in (-10, -16, -17):
    at = list(logits).index(logit)
    holds(f"sigmoid of {logit}, found and true", (float(found[at]), float(wanted[at])), abs(found[at] - wanted[at]) < 1.5e-7)
turned = [float(logits[at]) for at in range(len(logits) - 1) if found[at] > found[at + 1]]
holds("smaller logits with a larger probability than the next", turned, turned and all(-18 < at < -10 for at in turned))
expect("largest probability at -18 and below", float(found[logits <= -18].max()), 0.0)
wrong = float(numpy.abs(found / wanted - 1)[logits <= -16].max())
holds("largest relative error from -16 down", wrong, wrong > 0.4)

doubles = computed("Sigmoid", logits.astype(numpy.float64), TensorProto.DOUBLE)
error = float(numpy.abs(doubles - wanted).max())
holds("largest error of doubles", error, error < 1e-15)
pairs = computed("Softmax", numpy.array([0, -16, -17, -18, -40], numpy.float32), axis=0)
holds("softmax of 0, -16, -17, -18, -40", pairs.tolist(), all(numpy.diff(pairs) < 0) and pairs[-1] > 4e-18)
END
python rate.py
