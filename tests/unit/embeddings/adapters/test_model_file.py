import numpy as np
import pytest
import torch
from torch import Tensor, nn

from exoprobe.embeddings.adapters.onnx import build as onnx_file
from exoprobe.embeddings.adapters.torchscript import build as torchscript_file
from exoprobe.errors import ExoprobeError

pytestmark = pytest.mark.filterwarnings("ignore:.torch.jit.*deprecated:FutureWarning")

SETTINGS = {"size": 4, "align": "arcface", "mean": 127.5, "scale": 1 / 128}


@pytest.fixture
def matrices(rng):
    return rng.normal(size=(48, 6)).astype(np.float32), rng.normal(size=(6, 3)).astype(np.float32)


@pytest.fixture
def images(rng):
    return torch.from_numpy(rng.integers(0, 256, (5, 3, 4, 4), dtype=np.uint8))


def expected(matrices, images):
    hidden = np.maximum((images.numpy().reshape(5, 48) - np.float32(127.5)) / 128 @ matrices[0], 0)
    return hidden, hidden @ matrices[1]


@pytest.fixture
def onnx_path(tmp_path, matrices):
    """Flatten, a product, ReLU (``hidden``), a product (``out``); only ``out`` is stated as an output."""
    onnx = pytest.importorskip("onnx")
    helper, numpy_helper = onnx.helper, onnx.numpy_helper
    nodes = [
        helper.make_node("Flatten", ["in"], ["flat"]),
        helper.make_node("MatMul", ["flat", "w0"], ["product"]),
        helper.make_node("Relu", ["product"], ["hidden"]),
        helper.make_node("MatMul", ["hidden", "w1"], ["out"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("in", onnx.TensorProto.FLOAT, ["n", 3, 4, 4])],
        [helper.make_tensor_value_info("out", onnx.TensorProto.FLOAT, ["n", 3])],
        [numpy_helper.from_array(matrix, f"w{number}") for number, matrix in enumerate(matrices)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(tmp_path / "tiny.onnx"))
    return tmp_path / "tiny.onnx"


def test_stated_and_inner_tensors_of_an_onnx_file_come_out(onnx_path, matrices, images):
    adapter = onnx_file(onnx_path, {**SETTINGS, "tensors": {"penultimate": "hidden", "embedding": "out"}})
    assert adapter.layers == ("penultimate", "embedding")
    assert (adapter.crop.size, adapter.crop.align) == (4, "arcface")
    out = adapter.network(images)
    for layer, values in zip(adapter.layers, expected(matrices, images), strict=True):
        np.testing.assert_allclose(out[layer], values, rtol=1e-5, atol=1e-5)


def test_a_tensor_that_is_not_in_the_onnx_file_is_refused(onnx_path):
    with pytest.raises(ExoprobeError, match=r"tiny.onnx has no tensor fc7; the last ones are flat, hidden, out"):
        onnx_file(onnx_path, {**SETTINGS, "tensors": {"embedding": "fc7"}})


@pytest.mark.parametrize("keep", [0, 50, None])
def test_what_is_not_onnx_is_refused(onnx_path, keep):
    onnx_path.write_bytes(b"no network at all" if keep is None else onnx_path.read_bytes()[:keep])
    with pytest.raises(ExoprobeError, match="tiny.onnx is not an ONNX file"):
        onnx_file(onnx_path, {**SETTINGS, "tensors": {"embedding": "out"}})
    onnx_path.unlink()
    with pytest.raises(ExoprobeError, match="tiny.onnx is missing"):
        onnx_file(onnx_path, {**SETTINGS, "tensors": {"embedding": "out"}})


class OneTensor(nn.Module):
    def __init__(self, first: Tensor, second: Tensor):
        super().__init__()
        self.first, self.second = nn.Parameter(first), nn.Parameter(second)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x.flatten(1) @ self.first) @ self.second


class DictOfTensors(OneTensor):
    def forward(self, x: Tensor) -> dict[str, Tensor]:
        hidden = torch.relu(x.flatten(1) @ self.first)
        return {"hidden": hidden, "out": hidden @ self.second}


@pytest.fixture
def script(tmp_path, matrices):
    """A function that saves a network as TorchScript."""

    def save(network):
        path = tmp_path / "tiny.pt"
        torch.jit.script(network(*map(torch.from_numpy, matrices))).save(str(path))
        return path

    return save


@torch.inference_mode()
def test_a_torchscript_file_may_return_a_tensor_or_a_dict(script, matrices, images):
    hidden, out = expected(matrices, images)
    one = torchscript_file(script(OneTensor), {**SETTINGS, "tensors": {"embedding": "any"}})
    np.testing.assert_allclose(one.network(images)["embedding"], out, rtol=1e-5, atol=1e-5)
    names = {"penultimate": "hidden", "embedding": "out"}
    two = torchscript_file(script(DictOfTensors), {**SETTINGS, "tensors": names})
    np.testing.assert_allclose(two.network(images)["penultimate"], hidden, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(two.network(images)["embedding"], out, rtol=1e-5, atol=1e-5)


def test_a_tensor_that_the_torchscript_network_does_not_return_is_refused(script, images):
    adapter = torchscript_file(script(DictOfTensors), {**SETTINGS, "tensors": {"embedding": "fc7"}})
    with pytest.raises(ExoprobeError, match=r"tiny.pt returns hidden, out; there is no fc7"):
        adapter.network(images)
    one = torchscript_file(script(OneTensor), {**SETTINGS, "tensors": {"a": "hidden", "b": "out"}})
    with pytest.raises(ExoprobeError, match=r"tiny.pt returns a single tensor; .*a, b"):
        one.network(images)


def test_what_is_not_torchscript_is_refused(script):
    path = script(OneTensor)
    for content in (b"", b"no network", path.read_bytes()[:200]):
        path.write_bytes(content)
        with pytest.raises(ExoprobeError, match="tiny.pt is not a TorchScript file"):
            torchscript_file(path, {**SETTINGS, "tensors": {"embedding": "any"}})


@torch.inference_mode()
def test_images_that_a_network_does_not_take_are_said(onnx_path, script, images):
    settings = {**SETTINGS, "tensors": {"embedding": "out"}}
    wrong = torch.cat([images, images], dim=3)
    for adapter in (onnx_file(onnx_path, settings), torchscript_file(script(OneTensor), settings)):
        with pytest.raises(ExoprobeError, match=r"tiny.* does not take images \[5, 3, 4, 8\]; size is 8 "):
            adapter.network(wrong)


class TwoTensors(OneTensor):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        hidden = torch.relu(x.flatten(1) @ self.first)
        return hidden, hidden @ self.second


def test_a_torchscript_network_that_returns_a_tuple_is_refused(script, images):
    adapter = torchscript_file(script(TwoTensors), {**SETTINGS, "tensors": {"embedding": "any"}})
    with pytest.raises(ExoprobeError, match="tiny.pt returns a tuple; it must be a tensor, or a dict of them"):
        adapter.network(images)


def conv_file(path, batch, channels=1, sides=(6, 6)):
    """Save a convolution and a mean over space, whose input has this shape."""
    onnx = pytest.importorskip("onnx")
    helper, numpy_helper = onnx.helper, onnx.numpy_helper
    weight = np.arange(2 * channels * 9, dtype=np.float32).reshape(2, channels, 3, 3)
    graph = helper.make_graph(
        [helper.make_node("Conv", ["in", "w"], ["maps"]), helper.make_node("GlobalAveragePool", ["maps"], ["out"])],
        "conv",
        [helper.make_tensor_value_info("in", onnx.TensorProto.FLOAT, [batch, channels, *sides])],
        [helper.make_tensor_value_info("out", onnx.TensorProto.FLOAT, [batch, 2, 1, 1])],
        [numpy_helper.from_array(weight, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(path))
    return path


def test_an_onnx_file_states_its_input_and_output(tmp_path, rng):
    images = torch.from_numpy(rng.integers(0, 256, (5, 1, 6, 6), dtype=np.uint8))
    adapter = onnx_file(conv_file(tmp_path / "any.onnx", "n"), {})
    assert (adapter.crop.size, adapter.crop.align, adapter.crop.gray) == (6, "image", True)
    assert adapter.layers == ("output",)
    whole = adapter.network(images)["output"]
    for batch in (1, 2, 5, 8):
        fixed = onnx_file(conv_file(tmp_path / "fixed.onnx", batch), {}).network(images)["output"]
        torch.testing.assert_close(fixed, whole)
    scaled = onnx_file(tmp_path / "any.onnx", {"mean": [2.0], "scale": 0.5}).network(images)["output"]
    same = onnx_file(tmp_path / "any.onnx", {"mean": 2, "scale": 0.5}).network(images)["output"]
    torch.testing.assert_close(scaled, same)


@pytest.mark.parametrize(
    ("channels", "sides", "message"),
    [
        (4, (6, 6), "takes 4 channels; it must take 1"),
        (3, (6, 8), "takes pictures of the shape .6, 8.; name"),
        (3, ("h", "w"), "takes pictures of the shape .'h', 'w'.; name"),
    ],
)
def test_an_onnx_file_that_takes_no_square_pictures_is_refused(tmp_path, channels, sides, message):
    with pytest.raises(ExoprobeError, match=message):
        onnx_file(conv_file(tmp_path / "other.onnx", "n", channels, sides), {})
