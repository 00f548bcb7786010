namespace SessionService.Benchmarks.Driving;

/// <summary>Whole HTTP requests, made beforehand so that driving costs as little processor time as it can.</summary>
internal static class RequestFile
{
    public static void Write(string path, IReadOnlyCollection<byte[]> requests)
    {
        using var file = new BinaryWriter(File.Create(path));
        file.Write(requests.Count);
        foreach (var request in requests)
        {
            file.Write(request.Length);
            file.Write(request);
        }
    }

    public static byte[][] Read(string path)
    {
        using var file = new BinaryReader(File.OpenRead(path));
        var requests = new byte[file.ReadInt32()][];
        for (var i = 0; i < requests.Length; i++)
        {
            requests[i] = file.ReadBytes(file.ReadInt32());
        }

        return requests;
    }
}
