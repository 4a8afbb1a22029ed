from itertools import islice

import torch

from exoprobe.training.training_images import Partners, endless_batches


def test_every_pass_takes_each_row_once_in_a_new_order():
    batches = list(islice(endless_batches(10, 5, torch.Generator().manual_seed(0)), 4))
    first, second = torch.cat(batches[:2]), torch.cat(batches[2:])
    assert sorted(first.tolist()) == sorted(second.tolist()) == list(range(10))
    assert first.tolist() != second.tolist()


def test_batches_are_never_larger_than_the_data():
    assert len(next(endless_batches(3, 64, torch.Generator()))) == 3


def test_partners_share_the_key_and_are_others_uniformly():
    keys = torch.tensor([4, 9, 4, 9, 4, 7])
    rows = torch.arange(6).repeat(4000)
    drawn = Partners(keys).draw(rows, torch.Generator().manual_seed(0))
    assert torch.equal(keys[drawn], keys[rows])
    counts = torch.zeros(6, 6).index_put((rows, drawn), torch.tensor(1.0), accumulate=True) / 4000
    assert counts[5, 5] == 1  # alone with its key
    assert counts[1, 3] == counts[3, 1] == 1
    assert counts.diagonal()[:5].sum() == 0
    torch.testing.assert_close(counts[0, [2, 4]], torch.tensor([0.5, 0.5]), atol=0.04, rtol=0)
