namespace SessionService.Infrastructure.Persistence.Migrations.Adoption;

/// <summary>The SQL files beside this class, which the first migration runs.</summary>
internal static class AdoptionScript
{
    public static string Read(string fileName)
    {
        var name = $"{typeof(AdoptionScript).Namespace}.{fileName}";
        using var stream = typeof(AdoptionScript).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly lacks the resource {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
