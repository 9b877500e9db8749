"""The label values of a cohort's images, in the vocabulary's order."""

import numpy as np
import torch
from torch import Tensor

from model.label_tables import LabelTables
from model.tensors.cohorts import Cohort


def label_values(cohort: Cohort, tables: LabelTables) -> Tensor:
    """[N, K] of each image's report: 1 affirmed, 0 negated, -1 uncertain, NaN not mentioned.

    An image without a labelled report has NaN throughout.
    """
    rows = {report: row for row, report in enumerate(tables.labels["report_id"].to_pylist())}
    values = np.full((tables.labels.num_rows + 1, len(tables.concepts)), np.nan, dtype=np.float32)
    for column, concept in enumerate(tables.concepts):
        values[:-1, column] = tables.labels[concept].to_numpy()
    of_images = [rows.get(image.report_id or "", -1) for image in cohort.images]
    return torch.from_numpy(values[of_images])
