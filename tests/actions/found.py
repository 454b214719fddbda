"""What search may have found, from sure to unknown, as (entry, point, score)."""

SURE = [("demo-02", "担保费率", 0.9), ("demo-01", "歇业备案", 0.2), ("demo-03", "联合报装", 0.001)]
PLAUSIBLE = [("demo-02", "担保费率", 0.6)]
UNSURE = [("demo-02", "担保费率", 0.4), ("demo-01", "歇业备案", 0.3), ("demo-03", "联合报装", 0.01)]
UNKNOWN = [("demo-02", "担保费率", 0.1), ("demo-01", "歇业备案", 0.02)]
OFFERED = [{"id": i, "point": p, "score": s} for i, p, s in SURE]
