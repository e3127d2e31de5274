"""The adaptive forecast of codec 2 (page "large", two forecasts): least squares by dichotomous coordinate descent."""

TAPS = 12
INPUT, PREDICTION, WEIGHT = 1023, 2 ** 29 - 1, 2 ** 16
DIAGONAL = 25600
STEPS, LAST_SHIFT = 4, 14


def clipped(value, most):
    return max(-most, min(most, value))


def saturated(value):
    return max(-2 ** 31, min(2 ** 31 - 1, value))


def forget(value):
    return value - (value + 256 >> 9)


class Adaptive:
    def __init__(self, start):
        self.shift = max(start - 4, 0)
        self.inputs = [0] * TAPS                                # h0, the newest, to h11
        self.weights = [0] * TAPS                               # in 2^-14
        self.rest = [0] * TAPS                                  # rho
        self.correlations = [[DIAGONAL] + [0] * (TAPS - 1)] * TAPS  # C[n], C[n-1] ...

    def expected(self):
        """g: what is left of the difference when the fixed forecast has had its part, in 1/32."""
        self.y = sum(weight * value for weight, value in zip(self.weights, self.inputs))
        return clipped((self.y << self.shift) >> 14, PREDICTION)

    def follow(self, rest):
        """Learns from r[n], which it had expected as `expected` said."""
        newest = clipped(saturated(rest) >> self.shift, INPUT)
        error = clipped(newest - (self.y >> 14), INPUT)
        inputs = self.inputs
        row = [forget(old) + inputs[0] * value for old, value in zip(self.correlations[0], inputs)]
        self.correlations = [row] + self.correlations[:TAPS - 1]
        self.rest = [saturated(forget(old) + error * value) for old, value in zip(self.rest, inputs)]
        self._descend()
        self.inputs = [newest] + inputs[:TAPS - 1]

    def _correlation(self, i, j):
        return self.correlations[min(i, j)][abs(i - j)]

    def _descend(self):
        shift = 2
        for _ in range(STEPS):
            k = max(range(TAPS), key=lambda j: (abs(self.rest[j]), -j))
            while abs(self.rest[k]) <= self._correlation(k, k) >> shift + 1:
                shift += 1
                if shift > LAST_SHIFT:
                    return
            sign = 1 if self.rest[k] > 0 else -1
            self.weights[k] = clipped(self.weights[k] + sign * (1 << LAST_SHIFT - shift), WEIGHT)
            self.rest = [saturated(old - sign * (self._correlation(k, j) >> shift)) for j, old in enumerate(self.rest)]
