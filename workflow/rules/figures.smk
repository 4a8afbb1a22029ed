rule figure_3:
    """Figure 3: the rotation angle predicted from ip1, per true angle."""
    input:
        samples=SAMPLES,
        predictions=run_files("results/probes/{dataset}/{model}/seed{seed}/ip1.parquet"),
    output:
        pdf="results/figures/figure_3.pdf",
        png="results/figures/figure_3.png",
        svg=report(
            "results/figures/figure_3.svg",
            category="Figures",
            caption="../report/figure_3.rst",
            labels={"figure": "3 · angle predicted from ip1"},
        ),
        csv="results/figures/figure_3.csv",
    log:
        "results/logs/figure_3.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1000),
    params:
        *code("angle_prediction.py"),
        cfg=dict(runs=RUNS, about=ABOUT),
    message:
        "Drawing Figure 3"
    script:
        "../scripts/angle_prediction.py"


rule figure_4:
    """Figure 4: classification error per digit, six techniques."""
    input:
        scores=f"results/scores/{DATASET}.parquet",
    output:
        pdf="results/figures/figure_4.pdf",
        png="results/figures/figure_4.png",
        svg=report(
            "results/figures/figure_4.svg",
            category="Figures",
            caption="../report/figure_4.rst",
            labels={"figure": "4 · classification errors"},
        ),
        csv="results/figures/figure_4.csv",
    log:
        "results/logs/figure_4.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1000),
    params:
        *code("digit_errors.py"),
        cfg=dict(about=ABOUT),
    message:
        "Drawing Figure 4"
    script:
        "../scripts/digit_errors.py"


rule figure_5:
    """Figure 5: the PAIR topology."""
    input:
        samples=SAMPLES,
    output:
        pdf="results/figures/figure_5.pdf",
        png="results/figures/figure_5.png",
        svg=report(
            "results/figures/figure_5.svg",
            category="Figures",
            caption="../report/figure_5.rst",
            labels={"figure": "5 · PAIR topology"},
        ),
        csv="results/figures/figure_5.csv",
    log:
        "results/logs/figure_5.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(2000),
    params:
        *code("pair_topology.py"),
        cfg=dict(model=config["models"]["pair_lenet"]),
    message:
        "Drawing Figure 5"
    script:
        "../scripts/pair_topology.py"


rule figure_6:
    """Figure 6: scree diagrams of the feature spaces."""
    input:
        samples=SAMPLES,
        features=run_files("results/features/{dataset}/{model}/seed{seed}/ip1.parquet"),
    output:
        pdf="results/figures/figure_6.pdf",
        png="results/figures/figure_6.png",
        svg=report(
            "results/figures/figure_6.svg",
            category="Figures",
            caption="../report/figure_6.rst",
            labels={"figure": "6 · scree"},
        ),
        csv="results/figures/figure_6.csv",
    log:
        "results/logs/figure_6.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1000 + 4 * KILODIGITS),
    params:
        *code("scree.py"),
        cfg=dict(runs=RUNS, about=ABOUT),
    message:
        "Drawing Figure 6"
    script:
        "../scripts/scree.py"


rule figure_7:
    """Figure 7: heat maps of the feature spaces."""
    input:
        samples=SAMPLES,
        features=run_files("results/features/{dataset}/{model}/seed{seed}/ip1.parquet", FIRST_RUNS),
    output:
        pdf="results/figures/figure_7.pdf",
        png=report(
            "results/figures/figure_7.png",
            category="Figures",
            caption="../report/figure_7.rst",
            labels={"figure": "7 · heat maps"},
        ),
        svg="results/figures/figure_7.svg",
        csv="results/figures/figure_7.csv",
    log:
        "results/logs/figure_7.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1000 + 4 * KILODIGITS),
    params:
        *code("heat_maps.py"),
        cfg=dict(models=MODELS, about=ABOUT, block_diagonal=False),
    message:
        "Drawing Figure 7"
    script:
        "../scripts/heat_maps.py"


rule figure_8:
    """Figure 8: the heat maps block-diagonalized by Eq. (1)."""
    input:
        samples=SAMPLES,
        features=run_files("results/features/{dataset}/{model}/seed{seed}/ip1.parquet", FIRST_RUNS),
    output:
        pdf="results/figures/figure_8.pdf",
        png=report(
            "results/figures/figure_8.png",
            category="Figures",
            caption="../report/figure_8.rst",
            labels={"figure": "8 · block-diagonalized heat maps"},
        ),
        svg="results/figures/figure_8.svg",
        csv="results/figures/figure_8.csv",
    log:
        "results/logs/figure_8.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1000 + 4 * KILODIGITS),
    params:
        *code("heat_maps.py"),
        cfg=dict(models=MODELS, about=ABOUT, block_diagonal=True),
    message:
        "Drawing Figure 8"
    script:
        "../scripts/heat_maps.py"


rule training_curves:
    """Training loss and validation measure of every network."""
    input:
        histories=run_files("results/models/{dataset}/{model}/seed{seed}/history.parquet"),
    output:
        pdf="results/figures/training_curves.pdf",
        png="results/figures/training_curves.png",
        svg=report(
            "results/figures/training_curves.svg",
            category="Training",
            caption="../report/training_curves.rst",
            labels={"figure": "training curves"},
        ),
        csv="results/figures/training_curves.csv",
    log:
        "results/logs/training_curves.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1000),
    params:
        *code("training_curves.py"),
        cfg=dict(runs=RUNS, about=ABOUT),
    message:
        "Drawing the training curves"
    script:
        "../scripts/training_curves.py"


rule figure_1:
    """Figure 1: faces, and what was read from their features alone."""
    input:
        samples=f"results/data/{FACES}/samples.parquet",
        archive=FACE_ARCHIVE,
        landmarks=f"results/data/{FACES}/landmarks.parquet",
        factors=FACE_FACTORS,
        predictions=FACE_PREDICTIONS[0],
    output:
        pdf="results/figures/figure_1.pdf",
        png=report(
            "results/figures/figure_1.png",
            category="Faces",
            caption="../report/figure_1.rst",
            labels={"figure": "1 · faces and what their features tell"},
        ),
        svg="results/figures/figure_1.svg",
        csv="results/figures/figure_1.csv",
    log:
        "results/logs/figure_1.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1000),
    params:
        *code("sample_faces.py"),
        cfg=dict(
            images=FACE_FOLDER,
            shown=ATTRIBUTES,
            seed=config["seeds"][0],
            about=f"{ABOUT_FACES}; features: {next(iter(TITLES.values()))}",
        ),
    message:
        "Drawing Figure 1"
    script:
        "../scripts/sample_faces.py"


rule figure_2:
    """Figure 2: errors of the attributes read from faces' features."""
    input:
        scores=f"results/scores/{FACES}.parquet",
    output:
        pdf="results/figures/figure_2.pdf",
        png="results/figures/figure_2.png",
        svg=report(
            "results/figures/figure_2.svg",
            category="Faces",
            caption="../report/figure_2.rst",
            labels={"figure": "2 · attributes read from features"},
        ),
        csv="results/figures/figure_2.csv",
    log:
        "results/logs/figure_2.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(2000),
    params:
        *code("attribute_errors.py"),
        cfg=dict(
            attributes=ATTRIBUTES,
            names=TITLES,
            groups=config["faces"]["groups"][FACES],
            controls=CONTROLS,
            about=ABOUT_FACES,
        ),
    message:
        "Drawing Figure 2"
    script:
        "../scripts/attribute_errors.py"


rule table_1:
    """Table 1: errors of the pose read from faces' features."""
    input:
        scores=f"results/scores/{FACES}.parquet",
        factors=FACE_FACTORS,
    output:
        csv="results/figures/table_1.csv",
        md="results/figures/table_1.md",
        tex="results/figures/table_1.tex",
        html=report(
            "results/figures/table_1.html",
            category="Faces",
            caption="../report/table_1.rst",
            labels={"figure": "Table 1 · pose read from features"},
        ),
    log:
        "results/logs/table_1.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1000),
    params:
        *code("pose_table.py"),
        cfg=dict(names=TITLES, about=ABOUT_FACES),
    message:
        "Writing Table 1"
    script:
        "../scripts/pose_table.py"
