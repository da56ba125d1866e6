using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Plugins;
using IRConStyle.Framework.Tiling;
using TorchSharp;

namespace IRConStyle.Parity;

/// <summary>
/// Checks what happens to images outside of networks, bit for bit: conversion between images and tensors, padding, and the
/// noise of test images, by the degradation that answers to the authors' dataset.
/// </summary>
/// <remarks>
/// Crops and flips are drawn by other random numbers here, and resizing is MAXIM's own affair: neither can be asked for from
/// outside, so they are not checked here but in the tests.
/// </remarks>
internal sealed partial class TransformParity(ComponentCatalogue catalogue, NamedDegradations degradations)
{
    public const string Kind = "data transforms";
    private const string NoiseName = "Dataset_GaussianDenoising";
    private const string NoiseArgument = "sigma_test";
    private const string Expected = "expected/";
    private const string FloatImage = "input/tensor2img_nchw";
    private const string OddImage = "input/noise_odd_clean_bgr_u8";
    private static readonly int[] Multiples = [64, 8, 1];

    /// <summary>Checks a file of this kind; entries whose input is not in the file are not checked.</summary>
    public ParityFileResult Check(GoldenFile file)
    {
        var table = new ParityTable();
        foreach (var name in file.Names(Expected).Order(StringComparer.Ordinal))
        {
            using var scope = torch.NewDisposeScope();
            if (Compute(file, name) is { } result)
                table.Add(result.Group, Difference(result.Value, file.Read(Expected + name)), tolerance: 0);
            else
                table.NotChecked(name);
        }

        return table.ToFileResult(file.FilePath, "transforms");
    }

    /// <summary>What the engine and its components make of an entry's input; null for entries they have no part in.</summary>
    private (string Group, torch.Tensor Value)? Compute(GoldenFile file, string name)
    {
        if (PadEntry().IsMatch(name))
            return Clean(file, $"input/{name}_bgr_u8") is { } image ? ("padding", Pad(image, file.Read(Expected + name).shape)) : null;
        if (NoiseEntry().Match(name) is { Success: true } noise)
            return Noise(file, noise);
        return name switch
        {
            "tensor2img_rgb_u8" when file.Has(FloatImage) => ("image of a tensor", Bytes(file.Read(FloatImage)[0], 3)),
            "tensor2img_gray_u8" when file.Has(FloatImage) => ("image of a tensor", Bytes(file.Read(FloatImage)[0][..1], 1).squeeze(-1)),
            "img2tensor_rgb_f32" when Clean(file, "input/img2tensor_bgr_u8") is { } image => ("tensor of an image", image),
            _ => null,
        };
    }

    /// <summary><c>noisy_sigma15_lq</c>, and two that are padded behind the noise; <c>_gt</c> is the same without noise.</summary>
    private (string Group, torch.Tensor Value)? Noise(GoldenFile file, Match entry)
    {
        var golden = file.Read(Expected + entry.Value);
        var clean = entry.Groups["image"].Value switch
        {
            "noisy" => Clean(file, "input/noise_clean_bgr_u8"),
            "noise_odd" => Clean(file, OddImage),
            _ => Grey(file, $"{Expected}{entry.Groups["entry"].Value}_gt"),
        };
        if (clean is null)
            return null;
        if (entry.Groups["role"].Value == "gt")
            return ("padding", Pad(clean, golden.shape));
        if (catalogue.FindByReferenceName<IDegradation>(NoiseName) is not { } component)
            return null;
        var sigma = JsonSerializer.SerializeToElement(double.Parse(entry.Groups["sigma"].Value, CultureInfo.InvariantCulture));
        var options = ReferenceOptions.Create(component.OptionsType, new Dictionary<string, JsonElement> { [NoiseArgument] = sigma });
        var noisy = component.Create(options, degradations.CreateContext()).Apply(clean, SampleRequest.Whole.Seed);
        return (component.Info.Name, Pad(noisy, golden.shape));
    }

    /// <summary>The grey image is stored padded alone; its size is that of the odd colour image it was made of.</summary>
    private static torch.Tensor? Grey(GoldenFile file, string padded)
    {
        if (!file.Has(padded) || !file.Has(OddImage))
            return null;
        var size = file.Read(OddImage).shape;
        return ImagePadding.Crop(file.Read(padded).unsqueeze(0), size[0], size[1]).squeeze(0).contiguous();
    }

    /// <summary>To the largest of the authors' multiples that gives this shape; as it is when none does.</summary>
    private static torch.Tensor Pad(torch.Tensor image, long[] shape)
    {
        var multiple = Multiples.FirstOrDefault(
            candidate => Next(image.shape[1], candidate) == shape[1] && Next(image.shape[2], candidate) == shape[2], 1);
        return ImagePadding.ToMultiple(image.unsqueeze(0), multiple).squeeze(0);

        static long Next(long size, int multiple) => (size + multiple - 1) / multiple * multiple;
    }

    /// <summary>H×W×C BGR bytes, as the authors' code reads images, as a network gets them.</summary>
    private static torch.Tensor? Clean(GoldenFile file, string name)
    {
        if (!file.Has(name))
            return null;
        var bgr = file.Read(name);
        var samples = bgr.flip(2).contiguous().bytes.ToArray();
        return new RasterImage((int)bgr.shape[1], (int)bgr.shape[0], 3, 8, samples).ToTensor();
    }

    /// <summary>H×W×C.</summary>
    private static torch.Tensor Bytes(torch.Tensor image, int channels)
    {
        var raster = RasterImage.FromTensor(image, new RasterImage(1, 1, channels));
        return torch.tensor(raster.Samples, torch.uint8).reshape(raster.Height, raster.Width, channels);
    }

    private static double Difference(torch.Tensor computed, torch.Tensor golden)
        => computed.shape.AsSpan().SequenceEqual(golden.shape)
            ? (computed.to(torch.float64) - golden.to(torch.float64)).abs().max().item<double>()
            : double.NaN;

    [GeneratedRegex(@"^pad\d+_(lq|gt)$")]
    private static partial Regex PadEntry();

    [GeneratedRegex(@"^(?<entry>(?<image>noisy|noise_odd|noise_gray)_sigma(?<sigma>\d+))_(?<role>lq|gt)$", RegexOptions.ExplicitCapture)]
    private static partial Regex NoiseEntry();
}
