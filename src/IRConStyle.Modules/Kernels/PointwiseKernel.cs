using System.Runtime.CompilerServices;

namespace IRConStyle.Modules.Kernels;

/// <summary>
/// The matrix product behind a 1×1 convolution: tiles of six pixels by two vectors of outputs, which with two vectors of
/// weights and a broadcast input are the fifteen registers that AVX2 has to give.
/// </summary>
internal static unsafe class PointwiseKernel<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private const int TilePixels = 6;

    /// <summary>Computes all pixels, one panel of weights after the other: a panel stays in the first cache.</summary>
    /// <param name="weights">
    /// Panels of two vectors of outputs, the last of one where their number is odd: for each input the panel's vectors.
    /// </param>
    /// <param name="bias">The panels' vectors.</param>
    /// <param name="inputs">Channels read.</param>
    /// <param name="outputs">Channels written.</param>
    /// <param name="gated">Whether the vectors of a panel are multiplied.</param>
    /// <param name="source">The inputs; says how many pixels there are.</param>
    /// <param name="target">The outputs.</param>
    /// <param name="addend">Added to the outputs; may be the target. Empty for nothing.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        float* weights, float* bias, int inputs, int outputs, bool gated, PixelSpan source, PixelSpan target, PixelSpan addend)
    {
        var lanes = TSimd.Lanes;
        var perPanel = gated ? lanes : lanes * 2;
        for (var first = 0; first < outputs; first += perPanel)
        {
            var columns = Math.Min(perPanel, outputs - first);
            var isPair = gated || columns > lanes;
            for (var pixel = 0; pixel < source.Count;)
            {
                var rest = source.Count - pixel;
                var tile = new Tile(
                    weights, bias, inputs, columns, source.At(pixel), source.Step, target.At(pixel) + first, target.Step,
                    addend.Count == 0 ? null : addend.At(pixel) + first, addend.Step);
                if (!isPair)
                    Single(tile, Math.Min(rest, TilePixels));
                else if (rest >= TilePixels)
                    Pair(tile, gated);
                else
                    SmallPair(tile, gated, Math.Min(rest, 2));
                pixel += isPair && rest < TilePixels ? 2 : TilePixels;
            }

            var width = isPair ? lanes * 2 : lanes;
            weights += (nint)inputs * width;
            bias += width;
        }
    }

    /// <summary>Six pixels, two vectors of outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pair(Tile tile, bool gated)
    {
        var lanes = TSimd.Lanes;
        float* s0 = tile.Source, s1 = s0 + tile.SourceStep, s2 = s1 + tile.SourceStep;
        float* s3 = s2 + tile.SourceStep, s4 = s3 + tile.SourceStep, s5 = s4 + tile.SourceStep;
        TVector a0 = TSimd.Load(tile.Bias), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
        TVector b0 = TSimd.Load(tile.Bias + lanes), b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0;
        var w = tile.Weights;
        for (nint k = 0; k < tile.Inputs; k++, w += 2 * lanes)
        {
            TVector left = TSimd.Load(w), right = TSimd.Load(w + lanes);
            var x = TSimd.Fill(s0[k]);
            (a0, b0) = (TSimd.MultiplyAdd(x, left, a0), TSimd.MultiplyAdd(x, right, b0));
            x = TSimd.Fill(s1[k]);
            (a1, b1) = (TSimd.MultiplyAdd(x, left, a1), TSimd.MultiplyAdd(x, right, b1));
            x = TSimd.Fill(s2[k]);
            (a2, b2) = (TSimd.MultiplyAdd(x, left, a2), TSimd.MultiplyAdd(x, right, b2));
            x = TSimd.Fill(s3[k]);
            (a3, b3) = (TSimd.MultiplyAdd(x, left, a3), TSimd.MultiplyAdd(x, right, b3));
            x = TSimd.Fill(s4[k]);
            (a4, b4) = (TSimd.MultiplyAdd(x, left, a4), TSimd.MultiplyAdd(x, right, b4));
            x = TSimd.Fill(s5[k]);
            (a5, b5) = (TSimd.MultiplyAdd(x, left, a5), TSimd.MultiplyAdd(x, right, b5));
        }

        tile.WritePair(0, a0, b0, gated);
        tile.WritePair(1, a1, b1, gated);
        tile.WritePair(2, a2, b2, gated);
        tile.WritePair(3, a3, b3, gated);
        tile.WritePair(4, a4, b4, gated);
        tile.WritePair(5, a5, b5, gated);
    }

    /// <summary>One or two pixels, two vectors of outputs: what is left at the end of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SmallPair(Tile tile, bool gated, int count)
    {
        var lanes = TSimd.Lanes;
        float* s0 = tile.Source, s1 = s0 + (count > 1 ? tile.SourceStep : 0);
        TVector a0 = TSimd.Load(tile.Bias), a1 = a0;
        TVector b0 = TSimd.Load(tile.Bias + lanes), b1 = b0;
        var w = tile.Weights;
        for (nint k = 0; k < tile.Inputs; k++, w += 2 * lanes)
        {
            TVector left = TSimd.Load(w), right = TSimd.Load(w + lanes);
            var x = TSimd.Fill(s0[k]);
            (a0, b0) = (TSimd.MultiplyAdd(x, left, a0), TSimd.MultiplyAdd(x, right, b0));
            x = TSimd.Fill(s1[k]);
            (a1, b1) = (TSimd.MultiplyAdd(x, left, a1), TSimd.MultiplyAdd(x, right, b1));
        }

        tile.WritePair(0, a0, b0, gated);
        if (count > 1)
            tile.WritePair(1, a1, b1, gated);
    }

    /// <summary>Up to six pixels, one vector of outputs. Where there are fewer pixels, the last one is computed again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Single(Tile tile, int count)
    {
        float* s0 = tile.Source, s1 = s0 + (count > 1 ? tile.SourceStep : 0), s2 = s1 + (count > 2 ? tile.SourceStep : 0);
        float* s3 = s2 + (count > 3 ? tile.SourceStep : 0), s4 = s3 + (count > 4 ? tile.SourceStep : 0);
        var s5 = s4 + (count > 5 ? tile.SourceStep : 0);
        TVector a0 = TSimd.Load(tile.Bias), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
        var w = tile.Weights;
        for (nint k = 0; k < tile.Inputs; k++, w += TSimd.Lanes)
        {
            var weight = TSimd.Load(w);
            a0 = TSimd.MultiplyAdd(TSimd.Fill(s0[k]), weight, a0);
            a1 = TSimd.MultiplyAdd(TSimd.Fill(s1[k]), weight, a1);
            a2 = TSimd.MultiplyAdd(TSimd.Fill(s2[k]), weight, a2);
            a3 = TSimd.MultiplyAdd(TSimd.Fill(s3[k]), weight, a3);
            a4 = TSimd.MultiplyAdd(TSimd.Fill(s4[k]), weight, a4);
            a5 = TSimd.MultiplyAdd(TSimd.Fill(s5[k]), weight, a5);
        }

        tile.Write(0, a0, tile.Columns);
        if (count > 1)
            tile.Write(1, a1, tile.Columns);
        if (count > 2)
            tile.Write(2, a2, tile.Columns);
        if (count > 3)
            tile.Write(3, a3, tile.Columns);
        if (count > 4)
            tile.Write(4, a4, tile.Columns);
        if (count > 5)
            tile.Write(5, a5, tile.Columns);
    }

    /// <summary>A few pixels by a panel of outputs: where they come from and where they go.</summary>
    private readonly struct Tile(
        float* weights, float* bias, int inputs, int columns, float* source, int sourceStep, float* target, int targetStep,
        float* addend, int addStep)
    {
        public readonly float* Weights = weights;
        public readonly float* Bias = bias;
        public readonly int Inputs = inputs;
        public readonly int Columns = columns;
        public readonly float* Source = source;
        public readonly nint SourceStep = sourceStep;
        private readonly float* _target = target;
        private readonly nint _targetStep = targetStep;
        private readonly float* _addend = addend;
        private readonly nint _addStep = addStep;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void WritePair(int pixel, TVector left, TVector right, bool gated)
        {
            if (gated)
            {
                Write(pixel, TSimd.Multiply(left, right), Columns);
                return;
            }

            Write(pixel, left, TSimd.Lanes);
            Write(pixel, right, Columns - TSimd.Lanes, TSimd.Lanes);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Write(int pixel, TVector vector, int columns, int first = 0)
        {
            if (_addend != null)
                vector = TSimd.Add(vector, TSimd.Load(_addend + (pixel * _addStep) + first, columns));
            TSimd.Store(_target + (pixel * _targetStep) + first, vector, columns);
        }
    }
}
