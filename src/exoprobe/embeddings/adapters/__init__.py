"""Networks for faces and pictures, as adapters: how a picture is cropped, how it goes in, which layers come out."""
