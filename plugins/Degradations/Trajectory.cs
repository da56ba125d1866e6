namespace IRConStyle.Plugins.Degradations;

/// <summary>
/// The path of a shaken camera while the shutter is open, after Boracchi and Foi, "Modeling the Performance of Image
/// Restoration from Motion Blur" (IEEE TIP 2012), as DeblurGAN and its successors draw it: a point of constant speed whose
/// direction wanders (a tremor), is drawn back to the start (the hand corrects) and now and then turns round (a jerk).
/// </summary>
internal static class Trajectory
{
    private const int Steps = 256;

    // Over a whole exposure, with shake 1: DeblurGAN's strongest setting (expl 0.003, 2,000 steps of 0.03 pixels), in which a
    // hand that corrects swings up to two and a half times.
    private const double Tremor = 1.34, Correction = 250, Jerks = 1.2;

    /// <summary>Draws a path.</summary>
    /// <param name="random">Decides the path.</param>
    /// <param name="length">Its length in pixels.</param>
    /// <param name="shake">How irregular it is: 0 is a straight line, 1 a nervous hand.</param>
    /// <returns>Points in pixels at equal times, around their centre of mass, so that the blur moves nothing on average.</returns>
    public static (double X, double Y)[] Draw(RandomStream random, double length, double shake)
    {
        var tremor = shake * Tremor * random.Next();
        var correction = shake * Correction * random.Next();
        var jerk = shake * Jerks * random.Next() / Steps;
        var angle = random.Between(0, 2 * Math.PI);
        var (step, wander) = (length / (Steps - 1), tremor / Math.Sqrt(Steps));
        var (directionX, directionY) = (Math.Cos(angle), Math.Sin(angle));
        var points = new (double X, double Y)[Steps];
        for (var i = 1; i < Steps; i++)
        {
            var (x, y) = points[i - 1];
            var back = length > 0 ? correction / (length * Steps) : 0;
            directionX += wander * random.Gaussian() - back * x;
            directionY += wander * random.Gaussian() - back * y;
            if (random.Next() < jerk)
            {
                var turn = Math.PI + random.Between(-0.5, 0.5);
                (directionX, directionY) = (
                    directionX * Math.Cos(turn) - directionY * Math.Sin(turn), directionX * Math.Sin(turn) + directionY * Math.Cos(turn));
            }

            var speed = Math.Sqrt(directionX * directionX + directionY * directionY);
            if (speed > 0)
                (directionX, directionY) = (directionX / speed, directionY / speed);
            points[i] = (x + step * directionX, y + step * directionY);
        }

        var (meanX, meanY) = (points.Average(point => point.X), points.Average(point => point.Y));
        return [.. points.Select(point => (point.X - meanX, point.Y - meanY))];
    }

    /// <summary>The place on a path at a time from 0 to 1, between its points along straight lines.</summary>
    public static (double X, double Y) At((double X, double Y)[] path, double time)
    {
        var place = time * (path.Length - 1);
        var before = Math.Min((int)place, path.Length - 2);
        var ((x0, y0), (x1, y1), part) = (path[before], path[before + 1], place - before);
        return (x0 + part * (x1 - x0), y0 + part * (y1 - y0));
    }
}
