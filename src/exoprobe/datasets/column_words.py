"""Words in the name of a column that say what its numbers are."""

CLASS_WORDS = {  # whole numbers stand for categories
    *("cluster", "class", "category", "cat", "type", "code", "label", "batch", "plate", "site", "scanner", "ward"),
    *("station", "zone", "region", "species", "breed", "camera", "cam", "topic", "district", "country", "state"),
    *("center", "centre", "hospital", "device", "lot", "fold", "leiden", "louvain", "kmeans", "community"),
}
POSTAL_WORDS = {"zip", "zipcode", "postcode", "postal", "plz"}  # however many there are
ID_WORDS = {  # the numbers are names
    *("id", "ids", "uid", "uuid", "number", "num", "no", "nr", "index", "idx", "key", "code", "subject", "person"),
    *("participant", "patient", "speaker", "identity", "user", "name", "case", "animal", "individual"),
}
