"""Words in the name of a column that say what its numbers are."""

CLASS_WORDS = {  # whole numbers stand for categories
    *("cluster", "class", "category", "cat", "type", "code", "label", "batch", "plate", "site", "scanner", "ward"),
    *("station", "zone", "region", "species", "breed", "camera", "cam", "topic", "district", "country", "state"),
    *("center", "centre", "hospital", "device", "lot", "fold", "leiden", "louvain", "kmeans", "community", "celltype"),
    *("race", "ethnicity", "religion", "language", "nationality", "job", "occupation", "profession", "industry"),
    *("genre", "brand", "vendor", "manufacturer", "institution", "clinic", "department", "city", "county", "province"),
    *("strain", "genotype", "haplotype"),
}
POSTAL_WORDS = {"zip", "zipcode", "postcode", "postal", "plz"}  # however many there are
CODE_WORDS = {"icd", "icd9", "icd10", "snomed", "cpt", "drg"}  # also with points, as 401.9
AMOUNT_WORDS = {  # beside a word of a class, the numbers are amounts
    *("age", "score", "distance", "count", "size", "time", "years", "days", "income", "rate", "population", "gdp"),
    *("level", "since", "length", "weight", "height", "share", "percent", "mean", "sum", "total", "density"),
}
ID_WORDS = {  # the numbers are names
    *("id", "ids", "uid", "uuid", "number", "num", "no", "nr", "index", "idx", "key", "code", "subject", "person"),
    *("participant", "patient", "speaker", "identity", "user", "name", "case", "animal", "individual"),
}
