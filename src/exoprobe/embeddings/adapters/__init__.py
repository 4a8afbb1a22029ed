"""Networks for faces, as adapters: how a face is cropped for them, how it goes in, which layers come out."""
