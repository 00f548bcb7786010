using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace SessionService.SentenceModel;

/// <summary>Reads what is embedded in an assembly without loading the assembly, whose dependencies are not there.</summary>
internal static class PackageResources
{
    /// <summary>The resource whose name ends so.</summary>
    public static byte[] Read(string assembly, string ending)
    {
        using var file = File.OpenRead(assembly);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        var resource = metadata.ManifestResources.Select(metadata.GetManifestResource)
            .Single(one => one.Implementation.IsNil && metadata.GetString(one.Name).EndsWith(ending, StringComparison.Ordinal));
        var place = image.PEHeaders.CorHeader!.ResourcesDirectory.RelativeVirtualAddress;
        var reader = image.GetSectionData(place).GetReader();
        reader.Offset = checked((int)resource.Offset);
        return reader.ReadBytes(reader.ReadInt32());
    }
}
