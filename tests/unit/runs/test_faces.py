"""Representations of faces and of an audit."""

from exoprobe.config.model import load_config
from exoprobe.runs.audit import AuditRuns
from exoprobe.runs.faces import FaceRuns, IdentityRuns


def test_on_orl_there_is_nothing_that_needs_official_partitions(configured):
    faces = FaceRuns(configured())
    assert list(faces.representations) == ["dlib_256", "dlib_128", "untrained", "aligned_pixels", "pixels"]
    assert faces.controls == ["untrained", "aligned_pixels", "pixels"]
    assert (faces.shards, faces.thousands, faces.image_folder, faces.official_landmarks) == (1, 0.4, None, None)
    assert faces.scores.files["predictions"][0] == "results/probes/orl/dlib/penultimate/predictions.parquet"
    assert list(faces.probes("dlib")) == ["linear", "fourier", "mlp"]
    assert faces.probes("dlib")["linear"][-4:] == faces.probes("dlib")["mlp"] == ["abs_yaw", "yaw", "pitch", "roll"]


def test_on_celeba_the_attribute_network_predicts_its_attributes_itself(configured):
    faces = FaceRuns(configured(faces={"dataset": "celeba"}))
    probes = faces.probes("attribute_network")
    assert probes["head"] == faces.attributes
    assert probes["linear"] == probes["mlp"] == ["abs_yaw", "yaw", "pitch", "roll"]
    assert faces.weights("attribute_network") == "results/models/celeba/attribute_network/weights.safetensors"
    assert faces.weights("pixels") is None
    assert (faces.seed("untrained"), faces.seed("dlib")) == (0, None)
    assert IdentityRuns(faces).folds == 1


def test_a_torchvision_network_without_weights_is_a_control_with_a_seed(configured, shipped):
    networks = {**shipped["faces"]["networks"], "resnet": {"adapter": "torchvision", "model": "resnet18"}}
    resnet = {"title": "ResNet", "network": "resnet", "layer": "penultimate"}
    representations = {**shipped["faces"]["representations"], "resnet": resnet}
    faces = FaceRuns(configured(faces={"networks": networks, "representations": representations}))
    assert "resnet" in faces.controls
    assert faces.seed("resnet") == faces.config.seeds[0]


def test_networks_on_identities_see_vectors(configured):
    identities = IdentityRuns(FaceRuns(configured()))
    assert identities.training("pair_lenet", "2")["model"]["layers"] == ["ip1", "ip2"]
    assert identities.training("mu_lenet", 0)["teacher"]["objective"] == "softmax"
    assert identities.training("center", 0)["recipe"]["max_steps"] == 200
    assert identities.titles["pair_lenet"] == "PAIR"
    assert identities.features("center", 1)[3] == "results/features/orl/identities/center/seed1/fold3.parquet"


def test_baselines_that_the_dataset_does_not_allow_are_left_out(shipped):
    shipped["questions"]["unseen_classes"]["identities"]["baselines"] = ["triplet", "pixels"]
    assert IdentityRuns(FaceRuns(load_config(shipped))).baselines == ["pixels"]


def test_an_audit_has_its_representations_and_the_images_projection(shipped):
    made = {"features": {"features": ["results/a.npy", "results/b.npy"]}, "factors": "results/x.csv", "group": "person"}
    shipped["audit"]["images"] = "results/images.npy"
    audit = AuditRuns(load_config({**shipped, **made}))
    assert audit.seeds == {"features": 2, "random_projection": 1}
    assert audit.settings.controls == ["random_projection"]
    assert (audit.settings.roles.label, audit.settings.label_is_group) == ("person", True)
    assert (audit.image_file, audit.image_folder) == ("results/images.npy", None)
    assert audit.probes("search")[1] == "results/probes/audit/features/seed1/search.parquet"
    assert AuditRuns(load_config(shipped | {"audit": {**shipped["audit"], "images": None}})).seeds == {}


def test_audits_of_different_names_share_no_file(shipped):
    made = {"features": {"net": "results/a.npy"}, "factors": "results/x.csv"}
    runs = [AuditRuns(load_config({**shipped, **made, **name})) for name in ({}, {"name": "lung"}, {"name": 7})]
    assert [run.folder for run in runs] == ["audit", "audits/lung", "audits/7"]
    assert runs[1].features("net", 1) == "results/features/audits/lung/net/seed1.parquet"
    assert runs[1].described(["shift"]) == ["results/probes/audits/lung/net/shift.parquet"]
    assert runs[0].settings == runs[1].settings
