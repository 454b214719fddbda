"""``./bangban bench NAME``."""

import importlib
import sys

#: Name -> what it measures. Each is a module of this folder with ``main(arguments) -> int``.
BENCHES = {
    "help": "帮办引擎：响铃与认领的时间、阶梯误差、60 秒内首答比例与 Erlang C 预测（两个服务器进程）",
    "answers": "从发出问题到收到机器人答复的时间（WebSocket，真实的整套服务）",
    "message": "机器人答一条消息的时间（Rasa 的 webhook，一个核）和内存",
    "understanding": "听懂问题的各项指标，与几种简单做法比较（开发集）",
    "wechat": "微信推送（加密消息）在每秒 100 条时的应答时间，不含机器人的时间",
    "start": "再次启动到就绪的时间、各进程常驻内存、挂件大小",
}


def main(arguments: list[str]) -> int:
    """Run the benchmark named, or list them."""
    if not arguments or arguments[0] not in BENCHES:
        print("可用的性能测试：\n" + "\n".join(f"  {name:<10} {text}" for name, text in BENCHES.items()))
        return 0 if not arguments else 2
    return int(importlib.import_module(f"bench.{arguments[0]}").main(arguments[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
