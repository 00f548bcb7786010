namespace SessionService.WordVectors;

/// <summary>Vectors as signed bytes with one scale each: the largest number of a vector becomes 127 or -127.</summary>
internal static class Quantization
{
    public static (float[] Scales, sbyte[] Rows) Quantize(double[][] vectors)
    {
        var scales = new float[vectors.Length];
        var rows = new List<sbyte>(vectors.Length * vectors[0].Length);
        for (var i = 0; i < vectors.Length; i++)
        {
            scales[i] = (float)(vectors[i].Max(Math.Abs) / sbyte.MaxValue);
            foreach (var number in vectors[i])
            {
                var scaled = scales[i] == 0 ? 0 : Math.Round(number / scales[i], MidpointRounding.ToEven);
                rows.Add((sbyte)Math.Clamp(scaled, -sbyte.MaxValue, sbyte.MaxValue));
            }
        }

        return (scales, [.. rows]);
    }
}
