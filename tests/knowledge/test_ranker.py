import numpy as np
import pytest

from bot.knowledge.ranker import RIDGE, Layout, calibrate, learn, margins, probability


def test_left_out_scores_equal_training_without_the_text():
    rng = np.random.default_rng(7)
    points = rng.normal(size=(12, 4)).astype(np.float32)
    alike = points @ points.T
    targets = (rng.random((12, 3)) > 0.5).astype(np.float32)
    _, left_out = learn(alike, targets)
    rest = np.arange(12) != 5
    kernel = alike[np.ix_(rest, rest)].astype(np.float64) + RIDGE * np.eye(11)
    expected = alike[5, rest] @ np.linalg.solve(kernel, targets[rest])
    assert left_out[5] == pytest.approx(expected, abs=2e-3)


def test_layout_takes_the_best_point_of_each_measure():
    layout = Layout(2, np.array([0, 0, 1], np.int32))
    scores = np.array([[0.5, 0.1, 0.2, 0.9, 0.4, 0.0]], np.float32)
    combined, best = layout.combine(scores)
    assert best.tolist() == [[1, 2]]
    assert combined[0] == pytest.approx([0.4 * 0.5 + 0.6 * 0.9, 0.4 * 0.1 + 0.6 * 0.4])


def test_margins_are_positive_for_the_first_only():
    assert margins(np.array([[0.9, 0.2, 0.5]], np.float32))[0] == pytest.approx([0.4, -0.7, -0.4])


def test_calibration_recovers_known_chances():
    rng = np.random.default_rng(3)
    values = np.stack([rng.normal(size=4000), np.ones(4000)], axis=1)
    right = rng.random(4000) < probability(values, np.array([2.0, -1.0]))
    assert calibrate(values, right) == pytest.approx([2.0, -1.0], abs=0.2)
