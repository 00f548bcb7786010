using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace SessionService.SentenceModel;

/// <summary>
/// The parts of an ONNX model that the converter reads and changes. The numbers are those of the fields in <c>onnx.proto</c>.
/// </summary>
internal sealed class OnnxModel
{
    private const int ModelGraph = 7;
    private const int GraphNode = 1;
    private const int GraphInitializer = 5;
    private const int GraphOutput = 12;
    private const int ValueName = 1;

    private readonly ProtobufMessage _model;
    private readonly ProtobufMessage _graph;

    public OnnxModel(ReadOnlyMemory<byte> file)
    {
        _model = ProtobufMessage.Parse(file);
        _graph = _model.Messages(ModelGraph).Single();
        Nodes = [.. _graph.Messages(GraphNode).Select(node => new OnnxNode(node))];
        Tensors = _graph.Messages(GraphInitializer).Select(tensor => new OnnxTensor(tensor))
            .ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>The operations, each behind those whose results it reads.</summary>
    public List<OnnxNode> Nodes { get; }

    /// <summary>The weights, by name.</summary>
    public Dictionary<string, OnnxTensor> Tensors { get; }

    /// <summary>Leaves only one result of the model, and what it is computed from.</summary>
    public void KeepOutput(string name)
    {
        var outputs = _graph.Messages(GraphOutput).Where(output => output.Text(ValueName) == name).ToList();
        _graph.Remove(GraphOutput);
        outputs.ForEach(output => _graph.Add(GraphOutput, output));
        var needed = new HashSet<string>(StringComparer.Ordinal) { name };
        for (var i = Nodes.Count - 1; i >= 0; i--)
        {
            if (Nodes[i].Outputs.Any(needed.Contains))
            {
                needed.UnionWith(Nodes[i].Inputs);
            }
            else
            {
                Nodes.RemoveAt(i);
            }
        }

        foreach (var unused in Tensors.Keys.Where(tensor => !needed.Contains(tensor)).ToList())
        {
            Tensors.Remove(unused);
        }
    }

    public byte[] ToBytes()
    {
        _graph.Remove(GraphNode);
        Nodes.ForEach(node => _graph.Add(GraphNode, node.Message));
        _graph.Remove(GraphInitializer);
        foreach (var tensor in Tensors.Values.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            _graph.Add(GraphInitializer, tensor.Message);
        }

        _model.Remove(ModelGraph);
        return _model.Add(ModelGraph, _graph).ToBytes();
    }
}

/// <summary>An operation.</summary>
internal sealed class OnnxNode(ProtobufMessage message)
{
    private const int Input = 1;
    private const int Output = 2;
    private const int OperationType = 4;
    private const int Attribute = 5;
    private const int AttributeName = 1;
    private const int AttributeInteger = 3;
    private const int AttributeType = 20;
    private const int IntegerType = 2;

    public ProtobufMessage Message => message;

    public string Operation { get; } = message.Text(OperationType);

    public IReadOnlyList<string> Inputs { get; } = message.Texts(Input);

    public IReadOnlyList<string> Outputs { get; } = message.Texts(Output);

    /// <param name="operation">The type of the operation.</param>
    /// <param name="inputs">What it reads.</param>
    /// <param name="outputs">What it computes.</param>
    /// <param name="attribute">An attribute with its value, if there is one.</param>
    public static OnnxNode Create(
        string operation, IEnumerable<string> inputs, IEnumerable<string> outputs, (string Name, long Value)? attribute = null)
    {
        var message = new ProtobufMessage().Add(OperationType, operation);
        foreach (var input in inputs)
        {
            message.Add(Input, input);
        }

        foreach (var output in outputs)
        {
            message.Add(Output, output);
        }

        if (attribute is var (name, value))
        {
            message.Add(
                Attribute,
                new ProtobufMessage().Add(AttributeName, name).Add(AttributeInteger, value).Add(AttributeType, IntegerType));
        }

        return new OnnxNode(message);
    }
}

/// <summary>Weights of the model.</summary>
internal sealed class OnnxTensor(ProtobufMessage message)
{
    public const int FloatType = 1;
    private const int SignedByteType = 3;

    private const int Dimension = 1;
    private const int DataType = 2;
    private const int NameField = 8;
    private const int Raw = 9;

    public ProtobufMessage Message => message;

    public string Name { get; } = message.Text(NameField);

    public IReadOnlyList<int> Dimensions { get; } = [.. message.Integers(Dimension).Select(size => (int)size)];

    public bool IsMatrixOfFloats => Dimensions.Count == 2 && message.Integers(DataType) is [FloatType];

    public static OnnxTensor Of(string name, float[] numbers, params ReadOnlySpan<int> dimensions)
    {
        var bytes = new byte[numbers.Length * sizeof(float)];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), numbers[i]);
        }

        return Of(name, FloatType, bytes, dimensions);
    }

    public static OnnxTensor Of(string name, sbyte[] numbers, params ReadOnlySpan<int> dimensions) =>
        Of(name, SignedByteType, MemoryMarshal.AsBytes<sbyte>(numbers).ToArray(), dimensions);

    public float[] ReadFloats()
    {
        var bytes = message.All(Raw).Single().Span;
        var numbers = new float[bytes.Length / sizeof(float)];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        }

        return numbers;
    }

    private static OnnxTensor Of(string name, int type, byte[] bytes, ReadOnlySpan<int> dimensions)
    {
        var message = new ProtobufMessage();
        foreach (var dimension in dimensions)
        {
            message.Add(Dimension, dimension);
        }

        return new OnnxTensor(message.Add(DataType, type).Add(NameField, name).Add(Raw, bytes));
    }
}
