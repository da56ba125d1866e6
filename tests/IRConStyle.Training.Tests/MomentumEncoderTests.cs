using IRConStyle.Tests.Engine;
using IRConStyle.Training.Optimization;
using TorchSharp;

namespace IRConStyle.Training.Tests;

public class MomentumEncoderTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Followers_move_by_one_minus_the_momentum(bool leadersInOneBuffer)
    {
        using var scope = torch.NewDisposeScope();
        using var encoder = new TinyEncoder();
        using var trained = leadersInOneBuffer ? Trained(encoder) : null;
        using var followers = new MomentumEncoder(encoder, trained);
        double[] expected = [.. Numbers(follower: true)];
        for (var step = 0; step < 3; step++)
        {
            using (torch.no_grad())
                foreach (var pair in encoder.Followers)
                    pair.Leader.add_(torch.randn_like(pair.Leader));
            followers.Follow();
            expected = [.. expected.Zip(Numbers(follower: false), (old, leader) => 0.9 * old + 0.1 * leader)];
            Numbers(follower: true).Zip(expected).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
        }

        followers.Tensors.Count.ShouldBe(2);
        followers.Values.Buffer.numel().ShouldBe(encoder.Followers.Sum(pair => pair.Follower.numel()));

        IEnumerable<double> Numbers(bool follower) => encoder.Followers.SelectMany(
            pair => (follower ? pair.Follower : pair.Leader).detach().to(torch.float64).flatten().data<double>().ToArray());
    }

    [Fact]
    public void Leaders_that_move_in_their_buffer_are_followed()
    {
        using var scope = torch.NewDisposeScope();
        using var encoder = new TinyEncoder();
        using var trained = Trained(encoder);
        using var followers = new MomentumEncoder(encoder, trained);
        trained.Values.Buffer.zero_();
        for (var step = 0; step < 200; step++)
            followers.Follow();
        encoder.Followers.ShouldAllBe(pair => pair.Follower.abs().max().item<float>() < 1e-6);
    }

    private static FlatParameters Trained(TinyEncoder encoder) => new([.. encoder.parameters().Where(parameter => parameter.requires_grad)]);
}
