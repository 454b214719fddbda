import numpy as np
import pytest

from bot.knowledge.evidence import AGAINST, FEATURES
from bot.knowledge.ranker import learn_ranking, learn_sureness, probability, softmax
from bot.knowledge.votes import RIDGE, Alike, Voting, targets_of

RNG = np.random.default_rng(7)


def kernel_and_targets(examples=24, targets=3):
    vectors = RNG.normal(size=(examples, 6)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = vectors @ vectors.T
    kernel = Alike(cosines, np.maximum(cosines, 0), np.maximum(cosines, 0)).kernel()
    return kernel, np.eye(targets, dtype=np.float32)[RNG.integers(0, targets, examples)]


def test_votes_bring_each_example_near_its_own_target():
    kernel, targets = kernel_and_targets()
    got = kernel @ Voting(kernel, targets).votes
    assert (got.argmax(axis=1) == targets.argmax(axis=1)).mean() > 0.9


def test_votes_without_some_examples_equal_learning_from_the_rest():
    kernel, targets = kernel_and_targets()
    rows, rest = np.arange(5), np.arange(5, 24)
    small = kernel[np.ix_(rest, rest)] + RIDGE * np.eye(len(rest))
    expected = kernel[np.ix_(rows, rest)] @ np.linalg.solve(small, targets[rest])
    assert np.allclose(Voting(kernel, targets).without(rows), expected, atol=1e-3)


def test_targets_name_measure_point_or_none():
    owners = np.array([0, 0, 1], np.int32)
    targets = targets_of(np.array([1, 2, -1], np.int32), owners, measures=2)
    assert [row.nonzero()[0].tolist() for row in targets] == [[0, 3], [1, 4], [5]]


def test_ranking_learns_which_feature_tells_and_never_turns_evidence_round():
    right = np.zeros((80, 5), bool)
    right[np.arange(80), RNG.integers(0, 5, 80)] = True
    telling = right + RNG.normal(0, 0.3, right.shape)
    opposed = 1.0 - right + RNG.normal(0, 0.3, right.shape)
    features = np.stack([telling, opposed], axis=-1).astype(np.float32)
    weights = learn_ranking(features, right, right, rising=[True, True])
    assert weights.weight[0] > 0.5
    assert weights.weight[1] == 0  # it speaks against, but may only speak for
    assert (weights.score(features).argmax(axis=1) == right.argmax(axis=1)).mean() > 0.9


def test_every_feature_that_speaks_against_is_a_feature():
    assert set(AGAINST) <= set(FEATURES)


def test_sureness_is_calibrated_on_what_it_learned_from():
    values = np.column_stack([RNG.normal(size=4000), np.ones(4000)])
    right = RNG.random(4000) < 1 / (1 + np.exp(-2 * values[:, 0]))
    chances = probability(values, learn_sureness(values, right, (True, None)))
    sure = chances > 0.8
    assert chances[sure].mean() == pytest.approx(right[sure].mean(), abs=0.04)


def test_softmax_adds_up_to_one_when_scores_are_huge():
    assert softmax(np.array([1e5, 1e5 - 1])).sum() == pytest.approx(1)
