namespace SessionService.WordVectors;

/// <summary>The direction that explains most of the squares of vectors which were brought to length 1.</summary>
internal static class PrincipalComponent
{
    private const int Iterations = 1_000;

    public static float[] Of(double[][] vectors)
    {
        var squares = Squares(vectors);
        var direction = Enumerable.Repeat(1d, vectors[0].Length).ToArray();
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            direction = Normalize([.. squares.Select(row => Dot(row, direction))]);
        }

        return [.. direction.Select(number => (float)number)];
    }

    private static double[][] Squares(double[][] vectors)
    {
        var dimensions = vectors[0].Length;
        var squares = Enumerable.Range(0, dimensions).Select(_ => new double[dimensions]).ToArray();
        foreach (var vector in vectors.Select(Normalize))
        {
            for (var i = 0; i < dimensions; i++)
            {
                for (var j = 0; j < dimensions; j++)
                {
                    squares[i][j] += vector[i] * vector[j];
                }
            }
        }

        return squares;
    }

    private static double[] Normalize(double[] vector)
    {
        var length = Math.Sqrt(Dot(vector, vector));
        return length == 0 ? vector : [.. vector.Select(number => number / length)];
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0d;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
