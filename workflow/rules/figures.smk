rule figure_1:
    """Figure 1: faces, and what is predicted from their features alone."""
    input:
        samples=f"results/data/{faces.dataset}/samples.parquet",
        archive=FACE_ARCHIVE,
        landmarks=f"results/data/{faces.dataset}/landmarks.parquet",
        factors=faces.factors,
        predictions=faces.scores.files["predictions"][0],
    output:
        **figure_files("figure_1", "Faces", "1 · faces and what their features encode", shown="png"),
    log:
        "results/logs/figure_1.log",
    resources:
        mem_mb=grows(1000),
    params:
        *code("sample_faces.py"),
        cfg=dict(
            images=faces.image_folder,
            shown=faces.attributes,
            seed=settings.seeds[0],
            caption=f"{faces.caption}; features: {next(iter(faces.titles.values()))}",
        ),
    message:
        "Drawing Figure 1"
    script:
        "../scripts/sample_faces.py"


rule figure_2:
    """Figure 2: errors of attributes predicted from faces' features."""
    input:
        scores=f"results/scores/{faces.dataset}.parquet",
    output:
        **figure_files("figure_2", "Faces", "2 · attributes predicted from features"),
    log:
        "results/logs/figure_2.log",
    resources:
        mem_mb=grows(2000),
    params:
        *code("attribute_errors.py"),
        cfg=dict(
            attributes=faces.attributes,
            names=faces.titles,
            groups=faces.groups,
            controls=faces.controls,
            caption=faces.caption,
        ),
    message:
        "Drawing Figure 2"
    script:
        "../scripts/attribute_errors.py"


rule table_1:
    """Table 1: errors of the pose predicted from faces' features."""
    input:
        scores=f"results/scores/{faces.dataset}.parquet",
        factors=faces.factors,
    output:
        csv="results/figures/table_1.csv",
        md="results/figures/table_1.md",
        tex="results/figures/table_1.tex",
        html=report(
            "results/figures/table_1.html",
            category="Faces",
            caption="../report/table_1.rst",
            labels={"figure": "Table 1 · pose predicted from features"},
        ),
    log:
        "results/logs/table_1.log",
    resources:
        mem_mb=grows(1000),
    params:
        *code("pose_table.py"),
        cfg=dict(names=faces.titles, caption=faces.caption),
    message:
        "Writing Table 1"
    script:
        "../scripts/pose_table.py"


rule figure_3:
    """Figure 3: the rotation angle predicted from ip1, per true angle."""
    input:
        samples=digits.samples,
        predictions=digits.scores.files["predictions"],
    output:
        **figure_files("figure_3", "Figures", "3 · angle predicted from ip1"),
    log:
        "results/logs/figure_3.log",
    resources:
        mem_mb=grows(1000),
    params:
        *code("angle_prediction.py"),
        cfg=dict(runs=digits.runs, caption=digits.caption),
    message:
        "Drawing Figure 3"
    script:
        "../scripts/angle_prediction.py"


rule figure_4:
    """Figure 4: classification error per digit, six techniques."""
    input:
        scores=f"results/scores/{digits.dataset}.parquet",
    output:
        **figure_files("figure_4", "Figures", "4 · classification errors"),
    log:
        "results/logs/figure_4.log",
    resources:
        mem_mb=grows(1000),
    params:
        *code("digit_errors.py"),
        cfg=dict(caption=digits.caption),
    message:
        "Drawing Figure 4"
    script:
        "../scripts/digit_errors.py"


rule figure_5:
    """Figure 5: the PAIR topology."""
    input:
        samples=digits.samples,
    output:
        **figure_files("figure_5", "Figures", "5 · PAIR topology"),
    log:
        "results/logs/figure_5.log",
    resources:
        mem_mb=grows(2000),
    params:
        **call("exoprobe.plots.pair_topology.draw_pair_topology"),
        cfg=dict(model=settings.networks["pair_lenet"].settings),
    message:
        "Drawing Figure 5"
    script:
        "../scripts/call.py"


rule figure_6:
    """Figure 6: scree diagrams of the feature spaces."""
    input:
        samples=digits.samples,
        features=digits.files("results/features/{dataset}/{model}/seed{seed}/ip1.parquet"),
    output:
        **figure_files("figure_6", "Figures", "6 · scree"),
    log:
        "results/logs/figure_6.log",
    resources:
        mem_mb=grows(1000 + 4 * digits.thousands),
    params:
        **call("exoprobe.plots.scree.draw_scree"),
        by=dict(features=digits.runs),
        cfg=dict(caption=digits.caption),
    message:
        "Drawing Figure 6"
    script:
        "../scripts/call.py"


rule figure_7:
    """Figures 7 and 8: heat maps of the feature spaces."""
    input:
        samples=digits.samples,
        features=digits.files("results/features/{dataset}/{model}/seed{seed}/ip1.parquet", digits.first_runs),
    output:
        **figure_files("figure_7", "Figures", "7 · heat maps", shown="png"),
    log:
        "results/logs/figure_7.log",
    resources:
        mem_mb=grows(1000 + 4 * digits.thousands),
    params:
        **call("exoprobe.plots.heat_maps.draw_heat_maps"),
        by=dict(features=list(PAPER)),
        cfg=dict(caption=digits.caption, block_diagonal=False),
    message:
        "Drawing Figure 7"
    script:
        "../scripts/call.py"


use rule figure_7 as figure_8 with:
    output:
        **figure_files("figure_8", "Figures", "8 · block-diagonalized heat maps", shown="png"),
    log:
        "results/logs/figure_8.log",
    params:
        **call("exoprobe.plots.heat_maps.draw_heat_maps"),
        by=dict(features=list(PAPER)),
        cfg=dict(caption=digits.caption, block_diagonal=True),
    message:
        "Drawing Figure 8, the heat maps block-diagonalized by Eq. (1)"


rule training_curves:
    """Training loss and validation measure of every network."""
    input:
        histories=digits.files("results/models/{dataset}/{model}/seed{seed}/history.parquet"),
    output:
        **figure_files("training_curves", "Training", "training curves"),
    log:
        "results/logs/training_curves.log",
    resources:
        mem_mb=grows(1000),
    params:
        **call("exoprobe.plots.training_curves.draw_training_curves"),
        by=dict(histories=digits.runs),
        cfg=dict(caption=digits.caption),
    message:
        "Drawing the training curves"
    script:
        "../scripts/call.py"


rule scorecard:
    """Our numbers beside the paper's."""
    input:
        digits=f"results/scores/{digits.dataset}.parquet",
        faces=f"results/scores/{faces.dataset}.parquet",
        factors=faces.factors,
        weights=digits.files("results/models/{dataset}/{model}/seed{seed}/weights.safetensors"),
    output:
        csv="results/scorecard.csv",
        intervals="results/intervals.csv",
        html=report(
            "results/scorecard.html",
            category="Scorecard",
            caption="../report/scorecard.rst",
            labels={"table": "our numbers beside the paper's"},
        ),
    log:
        "results/logs/scorecard.log",
    resources:
        mem_mb=grows(1000),
    params:
        *code("scorecard.py"),
        *stamps([PAPER_NUMBERS]),
        cfg=dict(
            dataset=digits.dataset,
            angles=settings.digits.angles,
            faces=faces.dataset,
            attributes=faces.attributes,
            caption=f"{digits.caption}; {faces.caption}",
        ),
    message:
        "Writing the scorecard"
    script:
        "../scripts/scorecard.py"
