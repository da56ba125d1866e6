namespace IRConStyle.Plugins.Degradations;

/// <summary>
/// NumPy's legacy generator <c>numpy.random.RandomState(seed)</c>: the Mersenne Twister MT19937 (Matsumoto and Nishimura,
/// 1998) with 53-bit uniforms and Gaussians by the polar method. NumPy froze its streams, so published test sets that
/// were made with it can be made again. Not safe for several threads at once.
/// </summary>
public sealed class NumpyRandom
{
    private const int Length = 624;
    private const int Shift = 397;

    private readonly uint[] _state = new uint[Length];
    private int _position = Length;
    private double _spare;
    private bool _hasSpare;

    /// <summary>Starts the stream of a seed.</summary>
    /// <param name="seed">What <c>RandomState</c> takes as an integer.</param>
    public NumpyRandom(uint seed)
    {
        _state[0] = seed;
        for (var i = 1; i < Length; i++)
            _state[i] = 1812433253U * (_state[i - 1] ^ (_state[i - 1] >> 30)) + (uint)i;
    }

    /// <summary>The next 32 random bits.</summary>
    public uint NextUInt32()
    {
        if (_position == Length)
            Refill();
        var y = _state[_position++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C5680U;
        y ^= (y << 15) & 0xEFC60000U;
        return y ^ (y >> 18);
    }

    /// <summary>The next uniform number in [0,1) with 53 random bits, as <c>random_sample()</c> gives it.</summary>
    public double NextDouble() => ((NextUInt32() >> 5) * 67108864.0 + (NextUInt32() >> 6)) / 9007199254740992.0;

    /// <summary>The next number of the standard normal distribution, as <c>standard_normal()</c> gives it.</summary>
    public double NextGaussian()
    {
        if (_hasSpare)
        {
            _hasSpare = false;
            return _spare;
        }

        double x, y, square;
        do
        {
            x = 2.0 * NextDouble() - 1.0;
            y = 2.0 * NextDouble() - 1.0;
            square = x * x + y * y;
        }
        while (square is >= 1.0 or 0.0);

        var factor = Math.Sqrt(-2.0 * Math.Log(square) / square);
        _spare = factor * x;
        _hasSpare = true;
        return factor * y;
    }

    private void Refill()
    {
        for (var i = 0; i < Length - Shift; i++)
            _state[i] = _state[i + Shift] ^ Twist(_state[i], _state[i + 1]);
        for (var i = Length - Shift; i < Length - 1; i++)
            _state[i] = _state[i + Shift - Length] ^ Twist(_state[i], _state[i + 1]);
        _state[Length - 1] = _state[Shift - 1] ^ Twist(_state[Length - 1], _state[0]);
        _position = 0;
    }

    private static uint Twist(uint high, uint low) =>
        (((high & 0x80000000U) | (low & 0x7FFFFFFFU)) >> 1) ^ ((low & 1U) == 0 ? 0U : 0x9908B0DFU);
}
