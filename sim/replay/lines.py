"""One line of a trace, as the tools print it: who, when, which event, and what it says.

tracefs with and without the columns for flags and tgid, trace-cmd, which pads names, and perf script, which puts the
system before the event and no dash before the pid.
"""

import re

# What the kernel's own `trace` file has by default: tried first, because almost every line is of it.
PLAIN = re.compile(rb" *(.+)-(\d+) +\[(\d+)\] \S+ +(\d+\.\d+): (\w+): +(.*)")
OTHER = re.compile(
    rb" *.+?(?:-| +)(?:\d+/)?(?P<pid>\d+) +"
    rb"(?:\( *[-\d]+\) +)?"  # (tgid), (-----) when it is not known
    rb"\[(?P<cpu>\d+)\] +"
    rb"(?:[^\s:]+ +)?"  # irqs-off, need-resched and so on
    rb"(?P<seconds>\d+\.\d+): +"
    rb"(?:\w+:(?=\w))?(?P<event>\w+) *: *(?P<body>.*)"
)
CALLED = re.compile(rb"[0-9a-f]{8,16} \S+ \(.*\)$")  # a line of a call chain of perf
PRINTED = re.compile(rb"(tracing_mark_write): *(.*)")  # how trace-cmd and perf show what was written into the trace
Line = tuple[int, int, bytes, bytes, bytes]  # pid, cpu, seconds, event, body


def read_line(line: bytes) -> Line | None:
    """A line of an event; None for every other."""
    if found := PLAIN.match(line):
        return int(found[2]), int(found[3]), found[4], found[5], found[6]
    if found := OTHER.match(line):
        event, body = found["event"], found["body"]
        if event == b"print" and (written := PRINTED.match(body)):
            event, body = written[1], written[2]
        return int(found["pid"]), int(found["cpu"]), found["seconds"], event, body
    return None


def is_expected(line: bytes) -> bool:
    """Whether a line that is no event is one of those that traces have besides: comments, stacks, lost events."""
    text = line.strip()
    known = text.startswith((b"#", b"=>", b"CPU:", b"version =", b"cpus=")) or text.endswith(b"stack trace>")
    return not text or known or CALLED.match(text) is not None
