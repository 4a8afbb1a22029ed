import pytest
import torch

from exoprobe.compute import choose_device, device_name, prepare
from exoprobe.errors import ExoprobeError
from exoprobe.training.architectures.lenet import LeNet

# Features are float32 sums of up to 800 products, in another order on each device.
RELATIVE, ABSOLUTE = 1e-4, 1e-5


def pretend_cards(monkeypatch, tmp_path, count):
    """Let torch report so many cards."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    card = type("Card", (), {"uuid": f"test-{tmp_path.name}"})
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: card)
    monkeypatch.setenv("TMPDIR", str(tmp_path))


def test_auto_takes_a_card_where_there_is_one(monkeypatch, tmp_path):
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    pretend_cards(monkeypatch, tmp_path, 1)
    assert choose_device("auto") == torch.device("cuda:0")
    assert choose_device("cpu") == torch.device("cpu")


def test_in_a_slurm_job_auto_takes_only_a_card_that_slurm_gave(monkeypatch, tmp_path):
    pretend_cards(monkeypatch, tmp_path, 1)
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    monkeypatch.delenv("SLURM_JOB_GPUS", raising=False)
    monkeypatch.delenv("SLURM_STEP_GPUS", raising=False)
    assert choose_device("auto") == torch.device("cpu")
    monkeypatch.setenv("SLURM_STEP_GPUS", "0")
    assert choose_device("auto") == torch.device("cuda:0")


def test_cuda_without_a_card_is_refused(monkeypatch, tmp_path):
    pretend_cards(monkeypatch, tmp_path, 0)
    assert choose_device("auto") == torch.device("cpu")
    with pytest.raises(ExoprobeError, match="device: cuda was asked for, but torch sees no GPU"):
        choose_device("cuda")


def test_the_results_say_cpu():
    assert device_name(torch.device("cpu")) == "cpu"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU")
def test_a_card_s_features_are_the_cpu_s_within_the_tolerance():
    prepare(1)
    generator = torch.Generator().manual_seed(0)
    network = LeNet(10, generator).eval()
    images = torch.randint(0, 256, (256, 1, 28, 28), dtype=torch.uint8, generator=generator)
    with torch.inference_mode():
        expected = network(images)
        found = network.to(choose_device("cuda"))(images.to(choose_device("cuda")))
    for layer, values in expected.items():
        torch.testing.assert_close(found[layer].cpu(), values, rtol=RELATIVE, atol=ABSOLUTE)
