using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Degradations;

/// <summary>
/// Random numbers that are a function of a seed alone: <see cref="SplitMix64"/>. Not safe for several threads at once.
/// </summary>
/// <param name="seed">The stream's seed; streams of neighbouring seeds have nothing in common.</param>
internal sealed class RandomStream(ulong seed)
{
    private ulong _state = Mix(seed);
    private double _spare;
    private bool _hasSpare;

    /// <summary>The seed of the part <paramref name="index"/> of something that has a seed itself.</summary>
    public static ulong SeedOf(ulong seed, int index) => Mix(Mix(seed) + (ulong)index);

    /// <summary>A bijection of 64 bits that leaves no pattern: SplitMix64's step.</summary>
    public static ulong Mix(ulong value) => SplitMix64.At(value, 0);

    /// <summary>Uniform in [0,1), 53 bits.</summary>
    public double Next()
    {
        var value = Mix(_state);
        _state += SplitMix64.Increment;
        return SplitMix64.ToUnit(value);
    }

    /// <summary>Uniform between two bounds.</summary>
    public double Between(double low, double high) => low + (high - low) * Next();

    /// <summary>Uniform in its logarithm between two positive bounds.</summary>
    public double BetweenLog(double low, double high) => Math.Exp(Between(Math.Log(low), Math.Log(high)));

    /// <summary>A whole number from low to high, both included.</summary>
    public int Whole(int low, int high) => low + (int)(Next() * (high - low + 1.0));

    /// <summary>The standard normal distribution, by the polar method.</summary>
    public double Gaussian()
    {
        if (_hasSpare)
        {
            _hasSpare = false;
            return _spare;
        }

        double x, y, square;
        do
        {
            (x, y) = (Between(-1, 1), Between(-1, 1));
            square = x * x + y * y;
        }
        while (square is >= 1.0 or 0.0);

        var factor = Math.Sqrt(-2.0 * Math.Log(square) / square);
        (_spare, _hasSpare) = (factor * x, true);
        return factor * y;
    }

    /// <summary>
    /// A Poisson count: by multiplying uniforms below a mean of 10, above by transformed rejection (Hörmann, "The transformed
    /// rejection method for generating Poisson random variables", 1993, algorithm PTRS).
    /// </summary>
    public double Poisson(double mean) => mean < 10 ? SmallPoisson(mean) : LargePoisson(mean);

    private double SmallPoisson(double mean)
    {
        var limit = Math.Exp(-mean);
        var count = 0;
        for (var product = Next(); product > limit; product *= Next())
            count++;
        return count;
    }

    private double LargePoisson(double mean)
    {
        var b = 0.931 + 2.53 * Math.Sqrt(mean);
        var a = -0.059 + 0.02483 * b;
        var inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
        var edge = 0.9277 - 3.6224 / (b - 2);
        while (true)
        {
            var (u, v) = (Next() - 0.5, 1 - Next());
            var distance = 0.5 - Math.Abs(u);
            var count = Math.Floor((2 * a / distance + b) * u + mean + 0.43);
            if (distance >= 0.07 && v <= edge)
                return count;
            if (count < 0 || (distance < 0.013 && v > distance))
                continue;
            if (Math.Log(v * inverseAlpha / (a / (distance * distance) + b)) <= -mean + count * Math.Log(mean) - LogFactorial(count))
                return count;
        }
    }

    /// <summary>ln n! by Stirling's series; exact to 1e-9 from n = 10 on, where it is used mostly.</summary>
    private static double LogFactorial(double n)
    {
        if (n < 2)
            return 0;
        var inverse = 1 / n;
        var square = inverse * inverse;
        return (n + 0.5) * Math.Log(n) - n + 0.91893853320467274 + inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680)));
    }
}
