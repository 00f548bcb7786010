namespace SessionService.SentenceModel;

/// <summary>
/// Brings the weights of a model to signed bytes: those of the words with a scale for each word, those of the layers with a scale for each
/// column. The inputs of a layer become bytes while the model runs (DynamicQuantizeLinear), and the products are whole numbers
/// (MatMulInteger).
/// </summary>
internal static class Quantization
{
    // Seven bits: without instructions of its own for it (VNNI), a processor adds pairs of products of bytes in 16 bits, and eight bits
    // would overflow there. So the vectors are the same on every processor.
    private const int Most = 63;

    private const int Columns = 1;
    private const int Rows = 0;

    public static void Quantize(OnnxModel model)
    {
        var nodes = model.Nodes.ToList();
        model.Nodes.Clear();
        var inputs = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            model.Nodes.AddRange(node switch
            {
                { Operation: "MatMul", Inputs: [var input, var weights] } when model.Tensors.ContainsKey(weights) =>
                    Multiply(model, node, input, weights, isNew: inputs.Add(input)),
                { Operation: "Gather", Inputs: ["embeddings.word_embeddings.weight" and var words, var ids] } =>
                    LookUp(model, node, words, ids),
                _ => [node],
            });
        }
    }

    // Layers that read the same input share its bytes.
    private static IEnumerable<OnnxNode> Multiply(OnnxModel model, OnnxNode node, string input, string weights, bool isNew)
    {
        var (bytes, scale, zero) = ($"{input}.bytes", $"{input}.scale", $"{input}.zero");
        if (isNew)
        {
            yield return OnnxNode.Create("DynamicQuantizeLinear", [input], [bytes, scale, zero]);
        }

        Replace(model, weights, Columns);
        var output = node.Outputs[0];
        yield return OnnxNode.Create("MatMulInteger", [bytes, $"{weights}.bytes", zero], [$"{output}.whole"]);
        yield return OnnxNode.Create("Cast", [$"{output}.whole"], [$"{output}.float"], ("to", OnnxTensor.FloatType));
        yield return OnnxNode.Create("Mul", [scale, $"{weights}.scale"], [$"{output}.scale"]);
        yield return OnnxNode.Create("Mul", [$"{output}.float", $"{output}.scale"], [output]);
    }

    private static IEnumerable<OnnxNode> LookUp(OnnxModel model, OnnxNode node, string words, string ids)
    {
        Replace(model, words, Rows);
        var output = node.Outputs[0];
        yield return OnnxNode.Create("Gather", [$"{words}.bytes", ids], [$"{output}.bytes"]);
        yield return OnnxNode.Create("Gather", [$"{words}.scale", ids], [$"{output}.scale"]);
        yield return OnnxNode.Create("Cast", [$"{output}.bytes"], [$"{output}.float"], ("to", OnnxTensor.FloatType));
        yield return OnnxNode.Create("Mul", [$"{output}.float", $"{output}.scale"], [output]);
    }

    /// <param name="model">The model.</param>
    /// <param name="name">The name of the weights.</param>
    /// <param name="dimension">The dimension that has a scale for each place.</param>
    private static void Replace(OnnxModel model, string name, int dimension)
    {
        if (!model.Tensors.Remove(name, out var tensor) || !tensor.IsMatrixOfFloats)
        {
            throw new InvalidDataException($"The weights {name} are no matrix, or belong to two operations.");
        }

        var numbers = tensor.ReadFloats();
        var (rows, columns) = (tensor.Dimensions[Rows], tensor.Dimensions[Columns]);
        var scales = new float[dimension == Rows ? rows : columns];
        for (var i = 0; i < numbers.Length; i++)
        {
            ref var scale = ref scales[PlaceOf(i)];
            scale = Math.Max(scale, Math.Abs(numbers[i]) / Most);
        }

        var bytes = new sbyte[numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            var scale = scales[PlaceOf(i)];
            bytes[i] = scale == 0 ? (sbyte)0 : (sbyte)MathF.Round(numbers[i] / scale);
        }

        Add(OnnxTensor.Of($"{name}.bytes", bytes, rows, columns));
        Add(dimension == Rows ? OnnxTensor.Of($"{name}.scale", scales, rows, 1) : OnnxTensor.Of($"{name}.scale", scales, columns));

        int PlaceOf(int number) => dimension == Rows ? number / columns : number % columns;

        void Add(OnnxTensor added) => model.Tensors.Add(added.Name, added);
    }
}
