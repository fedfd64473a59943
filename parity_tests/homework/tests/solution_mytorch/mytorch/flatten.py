# ruff: noqa
# mypy: ignore-errors
class Flatten:
    def forward(self, A):
        self.shape = A.shape
        Z = A.reshape(A.shape[0], -1)
        return Z

    def backward(self, dLdZ):
        dLdA = dLdZ.reshape(self.shape)
        return dLdA
