import torch

from exoprobe.probes.one_cycle import OneCycleAdamW

STEPS, RATE = 20, 0.01


def test_every_step_is_that_of_torchs_optimizer_and_schedule():
    torch.manual_seed(0)
    ours = [torch.randn(5, 3), torch.randn(7)]
    theirs = [tensor.clone().requires_grad_() for tensor in ours]
    optimizer = OneCycleAdamW(ours, RATE, STEPS, warmup=0.2, weight_decay=0.5)
    reference = torch.optim.AdamW(theirs, lr=RATE, weight_decay=0.5, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(reference, RATE, total_steps=STEPS, pct_start=0.2)
    for _ in range(STEPS):
        gradients = [torch.randn_like(tensor) for tensor in ours]
        optimizer.step(gradients)
        for tensor, gradient in zip(theirs, gradients, strict=True):
            tensor.grad = gradient.clone()
        reference.step()
        schedule.step()
        for our, their in zip(ours, theirs, strict=True):
            torch.testing.assert_close(our, their.detach(), rtol=1e-6, atol=1e-7)
