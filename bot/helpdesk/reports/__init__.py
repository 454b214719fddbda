"""Figures of the service: what they mean, the rows behind them, and how many helpers it takes."""
