namespace IRConStyle.Modules.Kernels;

/// <summary>
/// What a kernel needs of vectors of float32, so that it is written once and compiled for each width. The methods are a
/// machine instruction or a few.
/// </summary>
/// <typeparam name="TVector">The vector.</typeparam>
internal unsafe interface ISimd<TVector>
    where TVector : struct
{
    /// <summary>Numbers in a vector.</summary>
    static abstract int Lanes { get; }

    /// <summary>Reads a whole vector.</summary>
    static abstract TVector Load(float* source);

    /// <summary>Reads the first lanes and no memory beyond them; the others are zero.</summary>
    /// <param name="source">The first number.</param>
    /// <param name="count">0 to <see cref="Lanes"/>.</param>
    static abstract TVector Load(float* source, int count);

    /// <summary>Writes a whole vector.</summary>
    static abstract void Store(float* target, TVector vector);

    /// <summary>Writes the first lanes and no memory beyond them.</summary>
    /// <param name="target">The first number.</param>
    /// <param name="vector">What to write.</param>
    /// <param name="count">0 to <see cref="Lanes"/>.</param>
    static abstract void Store(float* target, TVector vector, int count);

    /// <summary>One number in all lanes.</summary>
    static abstract TVector Fill(float value);

    /// <summary>left + right.</summary>
    static abstract TVector Add(TVector left, TVector right);

    /// <summary>left − right.</summary>
    static abstract TVector Subtract(TVector left, TVector right);

    /// <summary>left · right.</summary>
    static abstract TVector Multiply(TVector left, TVector right);

    /// <summary>left · right + addend, rounded once.</summary>
    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    /// <summary>The lesser of each two numbers; that of <paramref name="vector"/> where it is no number.</summary>
    static abstract TVector Lesser(TVector limit, TVector vector);

    /// <summary>The greater of each two numbers; that of <paramref name="vector"/> where it is no number.</summary>
    static abstract TVector Greater(TVector limit, TVector vector);

    /// <summary>1 / √vector, exactly rounded twice; not the processor's estimate.</summary>
    static abstract TVector ReciprocalRoot(TVector vector);

    /// <summary>The sums of as many vectors as there are lanes: lane i is the sum of vector i.</summary>
    /// <param name="vectors">The vectors, one behind the other.</param>
    static abstract TVector SumEach(float* vectors);
}
