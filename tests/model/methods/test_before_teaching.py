"""What was found before teaching is read where it is kept, and is no method where it is not."""

from pathlib import Path

from model.methods.before_teaching import BEFORE_TEACHING, DETECTOR_BEFORE_TEACHING, FIRST
from model.methods.cross_attention import CROSS_ATTENTION
from model.methods.detector_alone import DETECTOR
from model.methods.method import ReadingInputs
from model.tensors.scored import scored_cohorts
from tests.model.conftest import Trained


def test_both_methods_of_the_first_round_find_what_its_weights_find(
    trained: Trained, tmp_path: Path
) -> None:
    (tmp_path / FIRST).symlink_to(trained.models)
    cohorts = scored_cohorts(trained.settings)
    found = {
        (method, part): findings
        for method, part, findings in BEFORE_TEACHING.read(
            ReadingInputs(trained.settings, tmp_path, cohorts)
        )
    }
    of_round = ReadingInputs(trained.settings, trained.models, cohorts)
    names = {CROSS_ATTENTION: BEFORE_TEACHING.name, DETECTOR: DETECTOR_BEFORE_TEACHING.name}
    for method, name in names.items():
        for _, part, findings in method.read(of_round):
            assert [one.boxes for one in found[name, part]] == [one.boxes for one in findings]
    assert {method for method, _ in found} == set(names.values())


def test_weights_of_one_round_have_none_before_teaching(trained: Trained) -> None:
    inputs = ReadingInputs(trained.settings, trained.models, scored_cohorts(trained.settings))
    assert list(BEFORE_TEACHING.read(inputs)) == []
